import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApacheKafka } from '../../../../test/contracts/apache-kafka.ts'
import { topicAnswers } from '../../../../test/contracts/topic-answers.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'

void test(
  'administrators of topics are answered as Apache Kafka answers them',
  { timeout: 300_000 },
  async (context) => {
    const kafka = await startApacheKafka()
    context.after(() => kafka.stop())
    await using log = await runBroker()
    const theirs = await topicAnswers(Number(kafka.bootstrap.split(':')[1]))
    const ours = await topicAnswers(log.broker.port)
    assert.ok(theirs.length > 100)
    for (const [at, [question, answer]] of theirs.entries()) assert.deepEqual(ours[at], [question, answer], question)
  },
)
