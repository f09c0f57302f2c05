import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { connectKafka } from '../../client/connect.ts'
import { alterConfigsApi } from '../../protocol/apis/alter-configs.ts'
import { describeConfigsApi } from '../../protocol/apis/describe-configs.ts'
import { incrementalAlterConfigsApi } from '../../protocol/apis/incremental-alter-configs.ts'
import { kafkaErrors, nameOfKafkaError } from '../../protocol/errors.ts'

const [topicType, brokerType] = [2, 4]
const [set, remove, append, subtract] = [0, 1, 2, 3] as const

async function runWithTopic(configs: Record<string, string> = {}): Promise<RunningBroker> {
  const log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000 })
  await client.topics.create([{ name: 'orders', partitions: 1, configs }])
  await client.close()
  return log
}

async function describe(log: RunningBroker, resourceType: number, resourceName: string, keys: string[] | null = null) {
  const resources = [{ resourceType, resourceName, configurationKeys: keys }]
  const request = { resources, includeSynonyms: true, includeDocumentation: true }
  const [result] = (await askKafka(log.broker.port, describeConfigsApi, 4, request)).results
  return result!
}

type Change = readonly [name: string, value: string | null, operation?: number]

async function alter(log: RunningBroker, changes: readonly Change[], validateOnly = false): Promise<string> {
  const configs = changes.map(([name, value, configOperation = set]) => ({ name, value, configOperation }))
  const resources = [{ resourceType: topicType, resourceName: 'orders', configs }]
  const answer = await askKafka(log.broker.port, incrementalAlterConfigsApi, 1, { resources, validateOnly })
  return nameOfKafkaError(answer.responses[0]!.errorCode)
}

async function valueOf(log: RunningBroker, name: string): Promise<readonly [value: string | null, source: number]> {
  const [config] = (await describe(log, topicType, 'orders', [name])).configs
  return [config!.value, config!.configSource]
}

void test('a topic is described with types, sources, documentation and the names of brokers, as Kafka does', async () => {
  await using log = await runWithTopic({ 'cleanup.policy': 'compact' })
  const { configs } = await describe(log, topicType, 'orders')
  assert.ok(configs.length >= 33)
  assert.ok(!configs.some(({ name }) => name.startsWith('internal.')))
  const policy = configs.find(({ name }) => name === 'cleanup.policy')!
  assert.deepEqual([policy.value, policy.configSource, policy.configType, policy.readOnly], ['compact', 1, 7, false])
  assert.deepEqual(policy.synonyms, [
    { name: 'cleanup.policy', value: 'compact', source: 1 },
    { name: 'log.cleanup.policy', value: 'delete', source: 5 },
  ])
  assert.match(policy.documentation ?? '', /of each key the last record stays/)
  const retention = configs.find(({ name }) => name === 'retention.ms')!
  assert.deepEqual([retention.value, retention.configSource, retention.configType], ['604800000', 5, 5])
  const some = await describe(log, topicType, 'orders', ['retention.ms', 'nope'])
  assert.deepEqual(
    some.configs.map(({ name }) => name),
    ['retention.ms'],
  )
})

void test('the broker is described with what is in force, read-only; nobody changes it by the protocol', async () => {
  await using log = await runBroker({ config: { defaultPartitions: 6 } })
  const { configs } = await describe(log, brokerType, '1')
  const found = new Map(configs.map(({ name, value, readOnly }) => [name, [value, readOnly]]))
  assert.deepEqual(found.get('num.partitions'), ['6', true])
  assert.deepEqual(found.get('log.cleanup.policy'), ['delete', true])
  assert.deepEqual(found.get('offsets.retention.minutes'), ['10080', true])
  assert.equal((await describe(log, brokerType, '')).configs.length, 0)
  assert.equal((await describe(log, brokerType, '2')).errorCode, kafkaErrors.INVALID_REQUEST)
  const resources = [
    {
      resourceType: brokerType,
      resourceName: '1',
      configs: [{ name: 'log.retention.ms', value: '1', configOperation: 0 }],
    },
    { resourceType: 99, resourceName: 'x', configs: [] },
    { resourceType: topicType, resourceName: 'nope', configs: [] },
  ]
  const { responses } = await askKafka(log.broker.port, incrementalAlterConfigsApi, 1, {
    resources,
    validateOnly: false,
  })
  assert.deepEqual(
    responses.map(({ errorCode }) => nameOfKafkaError(errorCode)),
    ['INVALID_CONFIG', 'INVALID_REQUEST', 'UNKNOWN_TOPIC_OR_PARTITION'],
  )
})

void test('IncrementalAlterConfigs sets, takes back, and edits lists; a look only changes nothing', async () => {
  await using log = await runWithTopic()
  assert.equal(await alter(log, [['retention.ms', '5000']], true), 'NONE')
  assert.deepEqual(await valueOf(log, 'retention.ms'), ['604800000', 5])
  assert.equal(await alter(log, [['retention.ms', ' 5000 ']]), 'NONE')
  assert.deepEqual(await valueOf(log, 'retention.ms'), ['5000', 1])
  assert.equal(await alter(log, [['cleanup.policy', 'compact', append]]), 'NONE')
  assert.deepEqual(await valueOf(log, 'cleanup.policy'), ['delete,compact', 1])
  assert.equal(await alter(log, [['cleanup.policy', 'delete', subtract]]), 'NONE')
  assert.deepEqual(await valueOf(log, 'cleanup.policy'), ['compact', 1])
  assert.equal(await alter(log, [['retention.ms', null, remove]]), 'NONE')
  assert.deepEqual(await valueOf(log, 'retention.ms'), ['604800000', 5])
  for (const [changes, error] of [
    [[['cleanup.policy', 'compact', subtract]], 'INVALID_CONFIG'],
    [[['retention.ms', '1', append]], 'INVALID_CONFIG'],
    [[['retention.ms', null]], 'INVALID_REQUEST'],
    [[['retention.ms', '1', 9]], 'INVALID_REQUEST'],
    [[['retention.m', '1']], 'INVALID_CONFIG'],
    [
      [
        ['retention.ms', '1'],
        ['retention.ms', '2'],
      ],
      'INVALID_REQUEST',
    ],
  ] as readonly (readonly [readonly Change[], string])[])
    assert.equal(await alter(log, changes), error, JSON.stringify(changes))
  await log.restart()
  assert.deepEqual(await valueOf(log, 'cleanup.policy'), ['compact', 1])
})

void test('AlterConfigs says all that is set: what it leaves out has its default again', async () => {
  await using log = await runWithTopic({ 'retention.ms': '5000', 'cleanup.policy': 'compact' })
  const configs = [{ name: 'retention.ms', value: '6000' }]
  const resources = [{ resourceType: topicType, resourceName: 'orders', configs }]
  for (const [validateOnly, policy] of [
    [true, 'compact'],
    [false, 'delete'],
  ] as const) {
    const answer = await askKafka(log.broker.port, alterConfigsApi, 2, { resources, validateOnly })
    assert.equal(answer.responses[0]!.errorCode, 0)
    assert.equal((await valueOf(log, 'cleanup.policy'))[0], policy)
  }
  assert.deepEqual(await valueOf(log, 'retention.ms'), ['6000', 1])
})

void test('changes that come at the same time are all made', async () => {
  await using log = await runWithTopic()
  const names = ['retention.ms', 'retention.bytes', 'segment.ms', 'delete.retention.ms', 'flush.ms']
  await Promise.all(names.map((name) => alter(log, [[name, '12345']])))
  for (const name of names) assert.deepEqual(await valueOf(log, name), ['12345', 1])
})
