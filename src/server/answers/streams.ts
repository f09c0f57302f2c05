import { z } from 'zod'
import { decimal, time } from './list.ts'
import { resourceState } from './resource.ts'

const perSecond = (what: string) => z.number().describe(`${what} by second.`)

const streamRate = z
  .strictObject({
    recordsIn: perSecond('Records produced'),
    bytesIn: perSecond('Bytes produced'),
    recordsOut: perSecond('Records fetched'),
    bytesOut: perSecond('Bytes fetched'),
  })
  .meta({ id: 'StreamRate' })

export const streamFigures = z
  .strictObject({
    name: z.string(),
    id: z.string().describe('Of the topic.'),
    partitions: z.int(),
    records: decimal(
      'Offsets between the ends, without those that a restore passed over: transactions and compaction leave fewer records.',
    ),
    bytes: decimal('On the disk.').nullable(),
    segments: z.int().nullable(),
    rate: streamRate.nullable().describe("null for another Kafka's."),
    troubles: z.array(z.string()).readonly().describe('Why partitions take no records, or where they are damaged.'),
  })
  .meta({ id: 'StreamFigures' })

export const streamListing = z
  .strictObject({
    name: z.string(),
    state: resourceState,
    reason: z.string().nullable(),
    tags: z.record(z.string(), z.string()),
    origin: z.enum(['project', 'api', 'client']),
    updatedAt: time('When its state or spec changed last.'),
    figures: streamFigures.nullable().describe('null while it has no topic.'),
  })
  .meta({ id: 'StreamListing' })

export const streamPartition = z
  .strictObject({
    partition: z.int(),
    start: decimal('The first offset.'),
    end: decimal('The offset after the last record.'),
    stableEnd: decimal('Where committed reading ends: before end while a transaction is open.'),
    bytes: decimal('On the disk.').nullable(),
    segments: z.int().nullable(),
    leader: z.int().describe('Id of the broker.'),
    leaderEpoch: z.int(),
    trouble: z.string().nullable(),
  })
  .meta({ id: 'StreamPartition' })

export const streamConfig = z
  .strictObject({
    name: z.string().describe("Kafka's."),
    value: z.string().nullable().describe('null when it is sensitive, or has none.'),
    source: z.enum(['topic', 'broker', 'cluster', 'broker file', 'default', 'unknown']).describe('Where it was set.'),
    fallback: z
      .strictObject({ name: z.string(), value: z.string().nullable() })
      .optional()
      .describe('What would count, were it not set on the topic.'),
    type: z.string(),
    readOnly: z.boolean(),
    sensitive: z.boolean(),
    documentation: z.string(),
  })
  .meta({ id: 'StreamConfig' })

export const configured = z.strictObject({
  stream: z.string(),
  changes: z.record(z.string(), z.string().nullable()),
  dryRun: z.boolean(),
})

const acl = z
  .strictObject({
    resourceType: z.string(),
    resource: z.string(),
    pattern: z.string().describe('literal, or prefixed: about all that begin so.'),
    principal: z.string().describe('User:ada; User:* is everybody.'),
    host: z.string(),
    operation: z.string(),
    permission: z.string().describe('allow or deny.'),
  })
  .meta({ id: 'Acl' })

export const acls = z.strictObject({
  enabled: z.boolean().describe('Whether the log asks ACLs.'),
  items: z.array(acl).readonly(),
})

const partitionLag = z
  .strictObject({
    topic: z.string(),
    partition: z.int(),
    committed: z.number().nullable().describe('null when nothing was committed.'),
    start: z.number().nullable().describe('null when there is no such stream any more.'),
    end: z.number().nullable(),
    lag: z.number().nullable().describe('Offsets between committed and end.'),
    member: z
      .strictObject({ memberId: z.string(), clientId: z.string(), clientHost: z.string() })
      .readonly()
      .nullable()
      .describe('Who reads it now.'),
  })
  .meta({ id: 'PartitionLag' })

const groupMember = z
  .strictObject({
    memberId: z.string(),
    instanceId: z.string().nullable().describe('Of a static member.'),
    clientId: z.string(),
    clientHost: z.string(),
    assignment: z
      .array(z.strictObject({ topic: z.string(), partitions: z.array(z.int()).readonly() }))
      .readonly()
      .optional()
      .describe("Left out when only its members can read it: Connect's workers."),
  })
  .meta({ id: 'GroupMember' })

export const consumerGroup = z
  .strictObject({
    group: z.string(),
    type: z.enum(['classic', 'consumer']).describe('consumer: of the protocol of KIP-848.'),
    protocolType: z.string(),
    state: z.string(),
    assignor: z.string(),
    coordinator: z.string().describe('host:port of the broker.'),
    members: z.array(groupMember).readonly(),
    partitions: z.array(partitionLag).readonly(),
    lag: z.number().nullable().describe('Of all partitions where it is known.'),
  })
  .meta({ id: 'ConsumerGroup' })

export const groupHistory = z
  .strictObject({
    at: time('Of the last value.').nullable().describe('null where nobody watches the group.'),
    everyMs: z.int(),
    lag: z.array(z.number().nullable()).readonly().describe('Oldest first.'),
  })
  .meta({ id: 'GroupHistory' })

export const resetPlan = z
  .strictObject({
    group: z.string(),
    state: z.string(),
    members: z.int().describe('While there are some, it is refused.'),
    executed: z.boolean(),
    steps: z
      .array(
        z.strictObject({
          topic: z.string(),
          partition: z.int(),
          from: z.number().nullable(),
          to: z.number(),
          start: z.number(),
          end: z.number(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'ResetPlan' })

export const forgotten = z.strictObject({ group: z.string(), partitions: z.int().describe('Whose offsets are gone.') })
