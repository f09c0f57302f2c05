import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseEnvironment } from './choose-environment.ts'
import { defineProject } from './define-project.ts'

/** What is said of a project, in an environment that lays `own` over it. */
function noticesOf(settings: object, own?: object): readonly string[] {
  const environments = own === undefined ? {} : { there: own }
  const project = defineProject({ name: 'shop', resources: [], ...settings, environments })
  return chooseEnvironment(project, own === undefined ? null : 'there').notices
}

const ofLog = {
  ports: { kafka: 9092, http: 4001 },
  memory: { log: '512 MB', engine: '2 GB' },
  autoCreateTopics: false,
  defaultPartitions: 8,
  offsetsRetention: '90 min',
  transactionTimeoutMax: '1 h',
}

void test('settings of the own log are named with their values where another Kafka holds the streams', () => {
  assert.deepEqual(noticesOf(ofLog, { streams: { bootstrap: ['kafka-1:9092', 'kafka-2:9092'] } }), [
    'ports.kafka (9092), memory.log (512 MB), autoCreateTopics (false), defaultPartitions (8), offsetsRetention (90 min) and transactionTimeoutMax (1 h) do nothing: streams lie in the Kafka at kafka-1:9092, kafka-2:9092 (streams.bootstrap), whose own settings decide. Set what is meant there (auto.create.topics.enable, num.partitions, offsets.retention.minutes, transaction.max.timeout.ms), and keep them to environments without streams.bootstrap, or leave them out',
  ])
  assert.deepEqual(noticesOf(ofLog, {}), [])
  assert.deepEqual(noticesOf(ofLog), [])
})

void test('what an environment says beside bootstrap is told too, and what only Weir itself obeys is not', () => {
  const [one, ...others] = noticesOf({ streams: { bootstrap: ['k:1'] }, memory: { log: '512 MB' }, diskBudget: '1 GB' })
  assert.match(
    one!,
    /^memory\.log \(512 MB\) does nothing: streams lie in the Kafka at k:1 .*decide\. Keep it to environments without streams\.bootstrap, or leave it out$/,
  )
  assert.deepEqual(others, [])
  assert.deepEqual(noticesOf({ streams: { bootstrap: ['k:1'] }, ports: { http: 1 }, memory: { worker: '1 GB' } }), [])
})

void test('the port of Kafka is told to be idle where the first listener has one of its own, and only there', () => {
  const listeners = { main: { port: 9093 }, other: {} }
  const [notice] = noticesOf({ ports: { kafka: 9092 } }, { streams: { listeners } })
  assert.match(notice!, /^ports\.kafka \(9092\) does nothing: .*streams\.listeners\.main has port 9093 of its own/)
  assert.deepEqual(noticesOf({ ports: { kafka: 9092 }, streams: { listeners: { main: {}, other: { port: 9 } } } }), [])
  assert.deepEqual(noticesOf({ streams: { listeners } }), [])
})
