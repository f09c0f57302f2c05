import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bad, countsOf, deliveryBench, good, readUpTo } from '../../../test/support/delivery-bench.ts'
import { RecordLog } from '../../../test/support/record-log.ts'
import { verifyDelivery } from '../ledger/verify-delivery.ts'
import { readDeadLetters } from './read-letters.ts'
import { replayDeadLetters } from './replay-letters.ts'

const bench = deliveryBench()

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
  assert.deepEqual(await countsOf(w.table), {
    next: '5',
    read: '5',
    delivered: '4',
    rejected: '1',
    skipped: '0',
    lost: '0',
  })
  assert.equal((await verifyDelivery(w.ports)).verdict, 'proven')
})

void test('letters of many files, partitions and topics become rows in one commit', async () => {
  const w = bench.world()
  const other = Object.assign(new RecordLog('0ther000-0000-4000-8000-000000000001', 2), { stream: 'others' })
  const worker = await w.start(other)
  for (let round = 1; round <= 4; round++) {
    w.log.append(0, [good(round), bad(10 + round)])
    await w.deliver()
    for (const partition of [0, 1]) other.append(partition, [bad(100 * partition + round)])
    w.memory.remembered = null
    await worker.assign({ epoch: 1000 + round, partitions: [0, 1] })
    await readUpTo(worker, round, 0)
    await readUpTo(worker, round, 1)
    await worker.flush()
    w.memory.remembered = null
  }
  assert.equal((await w.table.readState(w.table.property!)).letterFiles.length, 12)
  await w.table.addColumns(await w.table.load(), [{ name: 'nme', type: 'string' }])
  const { commits } = w.table
  w.table.nextCommits.push('conflict', 'lose request')
  const { replayed, rejected, snapshotId } = await replayDeadLetters(w.ports, { format: 'json', onNewField: 'reject' })
  assert.deepEqual([replayed, rejected, w.table.commits - commits, snapshotId], [12, [], 1, w.table.current])
  assert.equal((await bench.rowsOf(w.table)).length, 16)
  const { verdict, partitions } = await verifyDelivery({ ...w.ports, source: null })
  assert.deepEqual(
    [verdict, partitions.map(({ rows, letters }) => [rows, letters])],
    [
      'proven',
      [
        ['4', '0'],
        ['4', '0'],
        ['8', '0'],
      ],
    ],
  )
})
