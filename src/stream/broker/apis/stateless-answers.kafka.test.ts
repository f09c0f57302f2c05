import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApacheKafka } from '../../../../test/contracts/apache-kafka.ts'
import { compareAnswers } from '../../../../test/contracts/stateless/compare-answers.ts'
import { makeReady, recordStateless } from '../../../../test/contracts/stateless/record.ts'
import { readRecording, writeRecording } from '../../../../test/contracts/stateless/recording.ts'

// With WEIR_RECORD=1 the recording is made anew: after a change of the questions, or for a newer Kafka.
void test('Apache Kafka answers as it was recorded', { timeout: 300_000 }, async (context) => {
  const kafka = await startApacheKafka()
  context.after(() => kafka.stop())
  const port = Number(kafka.bootstrap.split(':')[1])
  if (process.env['WEIR_RECORD']) writeRecording(await recordStateless(port))
  const compared = await compareAnswers(port, await makeReady(port), readRecording())
  assert.ok(compared.length > 300)
  for (const { api, version, recorded, answer } of compared)
    assert.deepEqual(unlasting(answer), unlasting(recorded), `${api.name} ${version}`)
})

/** Without what each start of it chooses. */
function unlasting(answer: unknown): unknown {
  const text = JSON.stringify(answer, (key, value: unknown) => (key === 'finalizedFeaturesEpoch' ? undefined : value))
  const lasting = text
    .replaceAll(/127\.0\.0\.1:\d+/g, 'ADDRESS')
    .replaceAll(/[^":]*weir-kafka-\w+/g, 'FOLDER')
    .replaceAll(/(?!0{8})[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID')
  return JSON.parse(lasting)
}
