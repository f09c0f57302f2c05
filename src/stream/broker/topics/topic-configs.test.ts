import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkTopicConfig, checkTopicConfigs, topicConfigs } from './topic-configs.ts'

void test('each configuration takes its own default', () => {
  for (const [name, { default: value, isInternal }] of Object.entries(topicConfigs))
    if (!isInternal) checkTopicConfig(name, value)
})

for (const [name, taken, refused] of [
  ['cleanup.policy', ['compact', 'compact,delete', ' delete , compact '], ['', 'archive', 'compact,archive']],
  ['compression.type', ['zstd', 'uncompressed'], ['brotli', 'none']],
  ['compression.gzip.level', ['-1', '9'], ['10', 'fast']],
  ['retention.ms', ['-1', '9223372036854775807'], ['-2', '1.5', '', '1e3']],
  ['segment.bytes', ['1048576', '2147483647'], ['1048575', '2147483648']],
  ['min.cleanable.dirty.ratio', ['0', '1', '0.01', '.5', '1E-1'], ['1.1', '-0.1', 'half']],
  ['remote.storage.enable', ['false'], ['true']],
  ['follower.replication.throttled.replicas', [''], ['0:1', '*']],
  ['preallocate', ['false'], ['true']],
  ['unclean.leader.election.enable', ['true', 'false'], ['yes']],
] as const)
  void test(`${name} takes what it can keep, and names what it takes for all else`, () => {
    for (const value of taken) checkTopicConfig(name, value)
    for (const value of refused)
      assert.throws(() => checkTopicConfig(name, value), { errorName: 'INVALID_CONFIG', message: /: it is / })
  })

void test('a name that nobody knows is refused with the nearest one, and lags that exclude each other together', () => {
  assert.throws(() => checkTopicConfig('retention.m', '1'), { message: /did you mean "retention.ms"/ })
  assert.throws(() => checkTopicConfigs({ 'min.compaction.lag.ms': '10', 'max.compaction.lag.ms': '9' }), {
    errorName: 'INVALID_CONFIG',
    message: /min\.compaction\.lag\.ms is 10/,
  })
})
