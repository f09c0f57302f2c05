import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveryBench, bad, good } from '../../../test/support/delivery-bench.ts'
import type { FolderTable } from '../../../test/support/delivery-table.ts'
import { readLedger } from '../ledger/read-ledger.ts'
import { verifyDelivery } from '../ledger/verify-delivery.ts'
import { readDeadLetters } from './read-letters.ts'
import { replayDeadLetters } from './replay-letters.ts'

const bench = deliveryBench()
const entry = async (table: FolderTable) => {
  const [found] = (await readLedger(table)).entries
  return (
    found && {
      next: found.next,
      read: found.read,
      delivered: found.delivered,
      rejected: found.rejected,
      skipped: found.skipped,
      lost: found.lost,
    }
  )
}

void test('letters are listed by page and replayed once the table has the column', async () => {
  const w = bench.world()
  w.log.append(0, [good(1), bad(2), bad(3), 'x', bad(4)])
  await w.deliver()
  const first = await readDeadLetters(w.table, {}, { limit: 3 })
  assert.deepEqual([first.letters.map(({ offset }) => offset), first.total], [['1', '2', '3'], 4])
  const second = await readDeadLetters(w.table, {}, { limit: 3, after: first.next })
  assert.deepEqual([second.letters.map(({ offset }) => offset), second.next], [['4'], null])
  assert.deepEqual(
    (await readDeadLetters(w.table, { code: 'WEIR-5002' })).letters.map(({ value }) => value),
    [Buffer.from('x').toString('base64')],
  )

  const options = { format: 'json', onNewField: 'reject' } as const
  const nothing = await replayDeadLetters(w.ports, options)
  assert.deepEqual([nothing.replayed, nothing.rejected.length, nothing.snapshotId], [0, 4, null])
  await w.table.addColumns(await w.table.load(), [{ name: 'nme', type: 'string' }])
  w.table.nextCommits.push('lose answer')
  const one = await replayDeadLetters(w.ports, options, { offset: '2' })
  assert.equal(one.replayed, 1)
  await assert.rejects(replayDeadLetters(w.ports, options, { offset: '2' }), { code: 'WEIR-5031' })
  const rest = await replayDeadLetters(w.ports, options)
  assert.deepEqual([rest.replayed, rest.rejected.map(({ offset }) => offset)], [2, ['3']])
  assert.equal((await replayDeadLetters(w.ports, options)).replayed, 0)
  assert.deepEqual(await entry(w.table), {
    next: '5',
    read: '5',
    delivered: '4',
    rejected: '1',
    skipped: '0',
    lost: '0',
  })
  assert.equal((await verifyDelivery(w.ports)).verdict, 'proven')
})
