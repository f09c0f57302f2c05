import assert from 'node:assert/strict'
import { silentLogger } from '../../src/kernel/logger.ts'
import { alterClientQuotasApi } from '../../src/stream/protocol/apis/alter-client-quotas.ts'
import { describeClientQuotasApi } from '../../src/stream/protocol/apis/describe-client-quotas.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { registerSchema } from '../../src/stream/registry/decide/register-schema.ts'
import { createSchemaRegistry, type SchemaRegistry } from '../../src/stream/registry/schema-registry.ts'
import { askKafka } from '../support/ask-kafka.ts'

/** What a log knows beside records and groups: `acl u1` and its value. */
export type Metadata = ReadonlyMap<string, string>

export interface MetadataClient {
  readonly client: KafkaClient
  readonly registry: SchemaRegistry
  readonly port: number
}

export function registryOf(client: KafkaClient): SchemaRegistry {
  return createSchemaRegistry({ kafka: () => Promise.resolve(client), logger: silentLogger })
}

/** Each resolves when the log has answered. */
export const changers: Readonly<
  Record<string, (log: MetadataClient, name: string, value: string | undefined) => Promise<unknown>>
> = {
  user: ({ client }, name, value) =>
    value === undefined ? client.users.remove(name) : client.users.set(name, `password ${value}`),
  quota: async ({ port }, name, value) => {
    const ops = [{ key: 'producer_byte_rate', value: Number(value ?? 0), remove: value === undefined }]
    const entity = [{ entityType: 'user', entityName: name }]
    const { entries } = await askKafka(port, alterClientQuotasApi, 1, { entries: [{ entity, ops }] })
    assert.equal(entries[0]!.errorCode, 0)
  },
  acl: ({ client }, name, value) => {
    const rule = {
      resourceType: 'topic',
      resource: name,
      pattern: 'literal',
      principal: `User:${name}`,
      host: '*',
    } as const
    const entry = { ...rule, operation: 'read', permission: 'allow' } as const
    return value === undefined ? client.acls.delete(rule) : client.acls.create([entry])
  },
  topic: ({ client }, name, value) =>
    value === undefined ? client.topics.delete([name]) : client.topics.create([{ name, partitions: 1 }]),
  setting: ({ client }, name, value) => client.topics.alterConfigs(name, { 'retention.ms': value ?? null }),
  schema: ({ registry }, name, value) => {
    const schema = JSON.stringify({ type: 'record', name: `R${value}`, fields: [] })
    const request = { schema, schemaType: 'AVRO', references: [], metadata: undefined, version: 0, id: undefined }
    return registry.change((state) =>
      registerSchema(state, registry.reader, name, request, { normalize: false, force: true }),
    )
  },
}

/** What the log knows now. */
export async function metadataOf({ client, registry, port }: MetadataClient, settingsOf: string): Promise<Metadata> {
  const { entries } = await askKafka(port, describeClientQuotasApi, 1, { components: [], strict: false })
  const topics = await client.topics.describe()
  const state = await registry.state()
  const configs = topics.some(({ name }) => name === settingsOf) ? await client.topics.configs(settingsOf) : []
  return new Map([
    ...(await client.users.list()).flatMap(({ name, mechanisms }) =>
      mechanisms.length === 2 ? [[`user ${name}`, 'there'] as const] : [],
    ),
    ...entries!.map(({ entity, values }) => [`quota ${entity[0]!.entityName}`, String(values[0]!.value)] as const),
    ...(await client.acls.list()).map(({ resource }) => [`acl ${resource}`, 'there'] as const),
    ...topics.filter(({ name }) => !name.startsWith('_')).map(({ name }) => [`topic ${name}`, 'there'] as const),
    ...configs
      .filter(({ name }) => name === 'retention.ms')
      .map(({ value }) => [`setting ${settingsOf}`, String(value)] as const),
    ...state.subjects().map((subject) => [`schema ${subject}`, state.versions(subject).at(-1)!.value.schema] as const),
  ])
}
