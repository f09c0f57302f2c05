import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApacheKafka } from '../../../../test/contracts/apache-kafka.ts'
import { transactionAnswers } from '../../../../test/contracts/transaction-answers.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'

void test(
  'producers of both dialects are answered as Apache Kafka answers them',
  { timeout: 300_000 },
  async (context) => {
    const kafka = await startApacheKafka()
    context.after(() => kafka.stop())
    await using log = await runBroker()
    const theirs = await transactionAnswers(Number(kafka.bootstrap.split(':')[1]))
    const ours = await transactionAnswers(log.broker.port)
    assert.ok(theirs.length > 60)
    assert.deepEqual(ours, theirs)
  },
)
