import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApacheKafka } from '../../../../test/contracts/apache-kafka.ts'
import { compactedHistory, type LeftRecord } from '../../../../test/contracts/compacted-history.ts'
import { chosenSeed } from '../../../../test/fault/chosen-seed.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'

void test('of the same history the same records are left as in Apache Kafka', { timeout: 300_000 }, async (context) => {
  const seed = chosenSeed(context)
  const kafka = await startApacheKafka('--conf', 'log.cleaner.backoff.ms=200')
  context.after(() => kafka.stop())
  const limits = { compactionCheckIntervalMs: 50, retentionCheckIntervalMs: 50 }
  await using log = await runBroker({ config: { limits } })
  const theirs = await compactedHistory(Number(kafka.bootstrap.split(':')[1]), seed)
  const ours = await compactedHistory(log.broker.port, seed)
  assert.ok(theirs.length > 10)
  assert.deepEqual(ours.map(withoutTime), theirs.map(withoutTime))
})

/** Both histories began when they did. */
function withoutTime({ offset, key, value }: LeftRecord): readonly [number, string, string | null] {
  return [offset, key, value]
}
