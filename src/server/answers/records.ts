import { z } from 'zod'
import { decimal, time } from './list.ts'

export const deadLetter = z
  .strictObject({
    delivery: z.string(),
    source: z.string().describe('Id of the topic.'),
    partition: z.int(),
    offset: decimal('Of the record.'),
    timestamp: time('Of the record.'),
    code: z.string().describe('WEIR-5xxx; weir explain says more.'),
    reason: z.string(),
    value: z.string().describe('As text; bytes that are not UTF-8 are replaced.'),
  })
  .meta({ id: 'DeadLetter' })

export const letterReason = z
  .strictObject({ code: z.string(), cause: z.string(), remedy: z.string() })
  .meta({ id: 'LetterReason' })

export const replayResult = z
  .strictObject({ replayed: z.int().describe('Records that are rows now.'), stillRejected: z.int() })
  .meta({ id: 'ReplayResult' })

export const flushed = z.strictObject({
  snapshotId: z.string().nullable().describe('Of the commit, if there was any.'),
})
export const resumed = z.strictObject({ resumed: z.string(), choice: z.string() })

export const streamSubject = z
  .strictObject({
    subject: z.string(),
    part: z.enum(['key', 'value', 'record']).describe('Of the records whose schemas it has.'),
    version: z.int().describe('The latest.'),
    id: z.int().describe('Of the latest version.'),
    type: z.string(),
    versions: z.int().describe('How many there are.'),
  })
  .meta({ id: 'StreamSubject' })

const datum = z
  .strictObject({
    format: z
      .enum(['avro', 'json', 'text', 'bytes'])
      .describe('avro, and json with a schema, were read by it; json without one only looks like it.'),
    encoding: z.enum(['utf-8', 'base64']).describe('Of text.'),
    text: z.string(),
    bytes: z.int().describe('All there are in the record.'),
    cut: z.boolean().describe('Whether text has the beginning only.'),
    schema: z
      .strictObject({
        id: z.int(),
        type: z.string(),
        subject: z.string(),
        version: z.int(),
        name: z.string().optional(),
      })
      .optional()
      .describe('Of the schema registry; by it the bytes were read.'),
    problem: z.string().optional().describe('Why bytes that name a schema were not read by it.'),
  })
  .meta({ id: 'Datum' })

const recordFields = {
  partition: z.int(),
  offset: decimal('Of the record.'),
  timestamp: time('Of the record.'),
  timestampType: z.enum(['CreateTime', 'LogAppendTime']),
  key: datum.nullable(),
  value: datum.nullable().describe('null for a tombstone.'),
  headers: z
    .array(z.strictObject({ key: z.string(), value: datum.nullable() }))
    .readonly()
    .describe('In their order; names may repeat.'),
  bytes: z.int().describe('Of key, value and headers.'),
  transactional: z.boolean().describe('Whether it was written in a transaction.'),
}

const streamRecord = z.strictObject(recordFields).meta({ id: 'StreamRecord' })

export const recordDetail = z
  .strictObject({
    ...recordFields,
    visibility: z
      .enum(['committed', 'open transaction', 'aborted'])
      .describe('What consumers of committed records see of it.'),
    batch: z.strictObject({
      baseOffset: decimal('Of its first record.'),
      records: z.int(),
      bytes: z.int(),
      compression: z.string(),
      producerId: z.string().nullable().describe('null when the producer is not idempotent.'),
      leaderEpoch: z.int(),
    }),
    previous: decimal('Offset of the record before.').nullable(),
    next: decimal('Offset of the record behind.').nullable(),
  })
  .meta({ id: 'RecordDetail' })

const partitionTrouble = z
  .strictObject({ partition: z.int(), code: z.string(), message: z.string() })
  .meta({ id: 'PartitionTrouble' })

export const recordsPage = z.strictObject({
  items: z.array(streamRecord).readonly(),
  next: z.string().nullable().describe('For the next page, as after; null at the last.'),
  troubles: z.array(partitionTrouble).readonly().describe('Partitions that cannot be read.'),
})

export const produced = z
  .strictObject({
    produced: z.int().describe('Records that are durable now.'),
    batches: z
      .array(z.strictObject({ partition: z.int(), baseOffset: decimal('Of the first record.'), records: z.int() }))
      .readonly()
      .describe('Where they are.'),
  })
  .meta({ id: 'Produced' })

export const sqlAnswer = z
  .strictObject({
    columns: z
      .array(z.strictObject({ name: z.string(), type: z.string().describe("PostgreSQL's name of the type.") }))
      .readonly(),
    rows: z.array(z.array(z.unknown()).readonly()).readonly(),
    truncated: z.boolean().describe('Whether there are more rows.'),
    ms: z.number(),
    notices: z.array(z.string()).readonly(),
    engine: z.string().describe('Which engine answered: DuckDB, or a Trino with its address.'),
  })
  .meta({ id: 'SqlAnswer' })
