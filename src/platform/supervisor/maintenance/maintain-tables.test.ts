import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../kernel/clock.ts'
import { createLogger } from '../../../kernel/logger.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import { maintainTables, type MaintenanceTask } from './maintain-tables.ts'

const logger = createLogger('test')
logger.level = 'silent'
const orders = { namespace: 'public', name: 'orders' }
const visits = { namespace: 'public', name: 'visits' }

void test('both tasks run on every table, never two at once, and the last runs are shown', async () => {
  let atWork = 0
  let most = 0
  const done: string[] = []
  const maintenance = maintainTables({
    tables: () => Promise.resolve([orders, visits]),
    async run({ name }, task: MaintenanceTask) {
      most = Math.max(most, ++atWork)
      // Longer than the intervals, so that turns come while one is at work.
      await new Promise((resolve) => setTimeout(resolve, 5))
      atWork--
      done.push(`${name} ${task}`)
      if (name === 'visits' && task === 'remove orphans') throw new Error('the folder cannot be read')
      return { snapshots: 3, files: 7 }
    },
    intervals: { expireMs: 1, orphansMs: 1 },
    clock: systemClock,
    logger,
  })
  try {
    await waitUntil('three turns of each', () => done.length >= 12)
    assert.equal(most, 1)
    assert.deepEqual(
      maintenance.latest().map(({ table, task, snapshots, files, error }) => [table, task, snapshots, files, error]),
      [
        ['public.orders', 'expire snapshots', 3, 7, null],
        ['public.orders', 'remove orphans', 3, 7, null],
        ['public.visits', 'expire snapshots', 3, 7, null],
        ['public.visits', 'remove orphans', 0, 0, 'the folder cannot be read'],
      ],
    )
  } finally {
    maintenance.stop()
  }
})

void test('a run that never ends holds up the others and is not begun again; after the stop nothing begins', async () => {
  let begun = 0
  let asked = 0
  const held = Promise.withResolvers<{ snapshots: number; files: number }>()
  const maintenance = maintainTables({
    tables: () => Promise.resolve((asked++, [orders, visits])),
    run: () => (begun++, held.promise),
    intervals: { expireMs: 1, orphansMs: 1 },
    clock: systemClock,
    logger,
  })
  await waitUntil('the first run', () => begun === 1)
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setTimeout(resolve, 1))
  assert.deepEqual([begun, asked], [1, 1])
  maintenance.stop()
  held.resolve({ snapshots: 0, files: 0 })
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setTimeout(resolve, 1))
  assert.deepEqual([begun, maintenance.latest()], [1, []])
})
