import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startApacheKafka, type ApacheKafka } from '../../../test/contracts/apache-kafka.ts'
import { silentLogger } from '../../kernel/logger.ts'
import { connectKafka } from '../client/connect.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import { deleteVersion } from './decide/delete-versions.ts'
import { registerSchema, type Registered } from './decide/register-schema.ts'
import { createSchemaRegistry, type SchemaRegistry } from './schema-registry.ts'

let kafka: ApacheKafka
before(async () => {
  kafka = await startApacheKafka()
})
after(() => kafka.stop())

async function withRegistry(run: (registry: SchemaRegistry, client: KafkaClient) => Promise<void>): Promise<void> {
  const client = await connectKafka({ bootstrap: kafka.bootstrap, deadlineMs: 60_000 })
  const registry = createSchemaRegistry({ kafka: () => Promise.resolve(client), logger: silentLogger })
  try {
    await run(registry, client)
  } finally {
    await registry.close()
    await client.close()
  }
}

function register(registry: SchemaRegistry, subject: string, name: string): Promise<Registered> {
  const schema = JSON.stringify({ type: 'record', name, fields: [] })
  const request = { schema, schemaType: undefined, references: [], metadata: undefined, version: 0, id: undefined }
  return registry.change((state) =>
    registerSchema(state, registry.reader, subject, request, { normalize: false, force: true }),
  )
}

void test('over Apache Kafka: what was answered is there after a kill of it, and no id comes twice (INV-R1, R2, R4)', async () => {
  await withRegistry(async (registry, client) => {
    for (let at = 1; at <= 3; at++) assert.equal((await register(registry, `s${at}`, `N${at}`)).id, at)
    assert.equal((await register(registry, 's9', 'N1')).id, 1)
    for (const permanent of [false, true]) await registry.change((state) => deleteVersion(state, 's3', 1, permanent))
    const configs = await client.topics.configs('_schemas')
    assert.equal(configs.find(({ name }) => name === 'cleanup.policy')?.value, 'compact')
    await kafka.restart()
    assert.equal((await register(registry, 's4', 'N4')).id, 4)
  })
  await withRegistry(async (registry) => {
    const state = await registry.state()
    assert.deepEqual(state.subjects().toSorted(), ['s1', 's2', 's4', 's9'])
    assert.equal((await register(registry, 's5', 'N5')).id, 5)
  })
})

void test('over Apache Kafka: two at the same time give no id twice (INV-R2)', async () => {
  await withRegistry(async (one) => {
    await withRegistry(async (other) => {
      const registering = Array.from({ length: 20 }, (_, at) =>
        register(at % 2 === 0 ? one : other, `t${at}`, `T${at}`),
      )
      const outcomes = await Promise.allSettled(registering)
      const answered = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
      assert.ok(answered.length > 10, `${answered.length} were answered`)
      assert.equal(new Set(answered.map(({ id }) => id)).size, answered.length)
    })
  })
})
