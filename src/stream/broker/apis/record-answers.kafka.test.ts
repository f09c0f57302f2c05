import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApacheKafka } from '../../../../test/contracts/apache-kafka.ts'
import { recordAnswers } from '../../../../test/contracts/record-answers.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'

void test(
  'where records begin and end, by offset, time and transaction, is answered as Apache Kafka answers it',
  { timeout: 300_000 },
  async (context) => {
    const kafka = await startApacheKafka()
    context.after(() => kafka.stop())
    await using log = await runBroker()
    const theirs = await recordAnswers(Number(kafka.bootstrap.split(':')[1]))
    const ours = await recordAnswers(log.broker.port)
    assert.ok(theirs.length > 100)
    for (const [at, [question, answer]] of theirs.entries()) assert.deepEqual(ours[at], [question, answer], question)
  },
)
