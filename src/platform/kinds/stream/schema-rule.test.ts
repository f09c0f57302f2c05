import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkTopicConfig } from '../../../stream/broker/topics/topic-configs.ts'
import { streamKind, streamSchema } from './kind.ts'
import { schemaConfig, schemaSettings } from './schema-rule.ts'

const spec = (schema?: object) => streamSchema.parse(schema ? { schema } : {})

void test('what a stream requires becomes settings that the log knows', () => {
  assert.deepEqual(schemaConfig(undefined), {})
  assert.deepEqual(schemaConfig(spec({}).schema), {})
  const config = schemaConfig(spec({ value: 'required', key: 'required', keySubject: 'topic-record' }).schema)
  assert.deepEqual(config, {
    'confluent.value.schema.validation': 'true',
    'confluent.value.subject.name.strategy': 'io.confluent.kafka.serializers.subject.TopicNameStrategy',
    'confluent.key.schema.validation': 'true',
    'confluent.key.subject.name.strategy': 'io.confluent.kafka.serializers.subject.TopicRecordNameStrategy',
  })
  for (const [name, value] of Object.entries(config)) checkTopicConfig(name, value)
  assert.deepEqual(Object.keys(config).toSorted(), schemaSettings.toSorted())
})

void test('a plan says what is required from now on', () => {
  assert.equal(
    streamKind.describe(spec({ value: 'required' })),
    '4 partitions, kept 7 days, schema: value required, by topic',
  )
  assert.equal(streamKind.describe(spec({})), '4 partitions, kept 7 days')
  assert.deepEqual(streamKind.changes(spec(), spec({ value: 'required', valueSubject: 'record' })), [
    {
      text: 'schema: none required to value required, by record; records that are there stay as they are',
      destroys: null,
    },
  ])
  assert.deepEqual(streamKind.changes(spec(), spec({})), [])
  assert.throws(() => streamSchema.parse({ schema: { value: 'sometimes' } }))
})

void test('what is required no more is taken back, and the topic of the registry is nobody else’s', async () => {
  const plans: { readonly config: object; readonly unset: readonly string[] }[] = []
  const services = { streams: { ensure: async (plan: (typeof plans)[number]) => void plans.push(plan) } }
  const resource = (schema?: object) => ({ name: 's', spec: spec(schema) })
  await streamKind.reconcile(resource({ value: 'required' }) as never, services as never, async () => undefined)
  await streamKind.reconcile(resource() as never, services as never, async () => undefined)
  assert.deepEqual(
    plans.map(({ unset }) => unset.length),
    [2, 4],
  )
  assert.equal(streamKind.nameRule?.pattern.test('_schemas'), false)
  assert.equal(streamKind.nameRule?.pattern.test('_schemas2'), true)
})
