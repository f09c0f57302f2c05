import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { bad, deliveryBench, good, readUpTo } from '../../../test/support/delivery-bench.ts'
import { seededRandom } from '../../../test/support/seeded-random.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { stillHolds } from '../../kernel/change-count.ts'
import type { TailReport } from '../../sql/engine-host.ts'

const bench = deliveryBench()

async function reading() {
  const world = bench.world()
  world.log.append(0, [good(1)])
  const worker = await world.start()
  await worker.assign({ epoch: 1, partitions: [0] })
  const { hold } = await readUpTo(worker, 1)
  assert.ok(hold && stillHolds(hold), 'nothing is on its way')
  return { ...world, worker, hold }
}

void test('INV-T2: what was reported holds while nothing is read, and no longer when a record comes', async () => {
  const { log, worker, hold } = await reading()
  await worker.tails()
  assert.ok(stillHolds(hold))
  log.append(0, [bad(2)])
  await waitUntil('the report does not hold', () => !stillHolds(hold))
  const next = await readUpTo(worker, 2)
  assert.ok(next.hold && stillHolds(next.hold))
})

for (const [what, change] of Object.entries({
  'a commit': ({ worker }) => worker.flush(),
  'another assignment': ({ worker }) => worker.assign({ epoch: 2, partitions: [0] }),
  'the end of the worker': ({ worker }) => worker.stop(0),
  'another schema': async ({ worker, table }) => {
    await worker.tails('v1')
    await table.addColumns(await table.load(), [{ name: 'nme', type: 'string' }])
    await worker.tails('v2')
  },
} satisfies Record<string, (world: Awaited<ReturnType<typeof reading>>) => Promise<unknown>>))
  void test(`INV-T2: a report does not hold beyond ${what}`, async () => {
    const world = await reading()
    await change(world)
    assert.ok(!stillHolds(world.hold))
  })

void test('INV-T2: whatever happens meanwhile, a report that holds is the one that the worker would give', async () => {
  const { log, worker } = await reading()
  const seed = Math.floor(Math.random() * 2 ** 32)
  const random = seededRandom(seed)
  const told = (report: TailReport) => ({ ...report, hold: undefined })
  let held = 0
  const flushes: Promise<unknown>[] = []
  for (let round = 0, end = 1; round < 150; round++) {
    const before = await worker.tails()
    if (random.chance(0.4)) {
      const count = 1 + random.pick(3)
      log.append(
        0,
        Array.from({ length: count }, () => (random.chance(0.2) ? bad(end) : good(end))),
      )
      end += count
    } else if (random.chance(0.15)) flushes.push(worker.flush())
    for (let turns = random.pick(20); turns > 0; turns--) await turn()
    const after = await worker.tails()
    if (!before.hold || !stillHolds(before.hold)) continue
    held++
    assert.deepEqual(told(before), told(after), `seed ${seed}, round ${round}`)
  }
  // The end of the worker would refuse one that still runs, with nobody to hear it.
  await Promise.all(flushes)
  assert.ok(held > 20, `${held} held`)
})
