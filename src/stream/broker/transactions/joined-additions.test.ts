import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from './coordinator.ts'
import { joinAdditions } from './joined-additions.ts'

const claim = { transactionalId: 'x', producerId: 1, epoch: 0 }
const placeOf = (partition: number) => ({ topicId: 't', topic: 'orders', partition })

void test('partitions of one turn are one addition, and so are those that come while it is written', async () => {
  const asked: number[][] = []
  const written: (() => void)[] = []
  const add = joinAdditions({
    async add(_id, _claim, { partitions }): Promise<Outcome> {
      asked.push(partitions.map(({ partition }) => partition))
      await new Promise<void>((resolve) => written.push(resolve))
      return { error: 'PRODUCER_FENCED' }
    },
  })
  const first = [0, 1, 2].map((partition) => add(claim, placeOf(partition)))
  await Promise.resolve()
  const later = [3, 4].map((partition) => add(claim, placeOf(partition)))
  await Promise.resolve()
  assert.deepEqual(asked, [[0, 1, 2]])
  written.shift()!()
  assert.deepEqual(await Promise.all(first), Array(3).fill({ error: 'PRODUCER_FENCED' }))
  written.shift()!()
  await Promise.all(later)
  assert.deepEqual(asked, [
    [0, 1, 2],
    [3, 4],
  ])
})
