import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { compareAnswers, type Compared } from '../../../../test/contracts/stateless/compare-answers.ts'
import { makeReady } from '../../../../test/contracts/stateless/record.ts'
import { readRecording } from '../../../../test/contracts/stateless/recording.ts'
import { rightlyDifferent, type Answer } from '../../../../test/contracts/stateless/rightly-different.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'

let compared: readonly Compared[]

before(async () => {
  await using log = await runBroker()
  compared = await compareAnswers(log.broker.port, await makeReady(log.broker.port), readRecording())
})

type Differences = typeof rightlyDifferent

function isTheSame({ api, recorded, answer }: Compared, differences: Differences): boolean {
  return isDeepStrictEqual(leftOf(recorded, api.key, differences), leftOf(answer, api.key, differences))
}

function leftOf(answer: unknown, key: number, differences: Differences): unknown {
  const ofApi = differences.filter(({ api }) => api.key === key)
  return ofApi.reduce((left, { leaves }) => leaves(left as Answer), answer)
}

void test('requests that change nothing are answered as Apache Kafka answers them, in every version', () => {
  assert.ok(compared.length > 300)
  for (const one of compared) {
    const { api, version, request, recorded, answer } = one
    if (isTheSame(one, rightlyDifferent)) continue
    const [left, wanted] = [answer, recorded].map((each) => leftOf(each, api.key, rightlyDifferent))
    assert.deepEqual(left, wanted, `${api.name} ${version} ${JSON.stringify(request)}`)
  }
})

void test('each difference that is named is one', () => {
  for (const difference of rightlyDifferent) {
    const others = rightlyDifferent.filter((other) => other !== difference)
    assert.ok(!compared.every((one) => isTheSame(one, others)), difference.reason)
  }
})
