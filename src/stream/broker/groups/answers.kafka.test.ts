import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApacheKafka } from '../../../../test/contracts/apache-kafka.ts'
import { groupAnswers } from '../../../../test/contracts/group-answers/group-answers.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'

void test(
  'members of both protocols and their administrators are answered as Apache Kafka answers them',
  { timeout: 300_000 },
  async (context) => {
    const kafka = await startApacheKafka()
    context.after(() => kafka.stop())
    await using log = await runBroker()
    const theirs = await groupAnswers(Number(kafka.bootstrap.split(':')[1]))
    const ours = await groupAnswers(log.broker.port)
    assert.ok(theirs.length > 130)
    for (const [at, answered] of theirs.entries()) assert.deepEqual(ours[at], answered, answered[0])
  },
)
