import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { bad, countsOf, deliveryBench, good, type DeliveryWorld } from '../../../test/support/delivery-bench.ts'
import { verifyDelivery } from '../ledger/verify-delivery.ts'
import { replayDeadLetters } from '../letters/replay-letters.ts'
import { resumeDelivery } from './resume-delivery.ts'

const bench = deliveryBench()

async function rolledBack(): Promise<DeliveryWorld> {
  const w = bench.world()
  w.log.append(0, [good(1), bad(2)])
  await w.deliver()
  const { current } = w.table
  w.log.append(0, [good(3), bad(4), good(5)])
  await w.deliver()
  w.table.current = current
  assert.equal((await verifyDelivery(w.ports)).verdict, 'violated')
  await assert.rejects(replayDeadLetters(w.ports, { format: 'json', onNewField: 'reject' }), { code: 'WEIR-5010' })
  return w
}

void test('after a rollback: deliver again', async () => {
  const w = await rolledBack()
  assert.ok(await resumeDelivery(w.ports, 'deliver-again'))
  assert.equal(await resumeDelivery(w.ports, 'deliver-again'), null)
  await w.deliver()
  assert.deepEqual(await countsOf(w.table), {
    next: '5',
    read: '5',
    delivered: '3',
    rejected: '2',
    skipped: '0',
    lost: '0',
  })
  assert.equal((await verifyDelivery(w.ports)).verdict, 'proven')
})

void test('delivered again from before its first commit, a partition has lost what the stream has not any more', async () => {
  const w = await rolledBack()
  w.table.current = w.table.snapshots[0]!.id
  w.log.truncate(0, 2)
  assert.ok(await resumeDelivery(w.ports, 'deliver-again'))
  assert.deepEqual(await countsOf(w.table), {
    next: '0',
    read: '0',
    delivered: '0',
    rejected: '0',
    skipped: '0',
    lost: '0',
  })
  assert.ok(await resumeDelivery(w.ports, 'accept-loss'))
  await w.deliver()
  assert.deepEqual(await countsOf(w.table), {
    next: '5',
    read: '3',
    delivered: '2',
    rejected: '1',
    skipped: '0',
    lost: '2',
  })
  assert.equal((await verifyDelivery(w.ports)).verdict, 'proven')
})

void test('nothing is delivered again while rows lie beyond where it would begin', async () => {
  const w = await rolledBack()
  const [file] = (await (await w.table.load()).dataFiles()).paths
  const copy = join(w.folder, 'copy.parquet')
  await bench.query(`COPY (SELECT * REPLACE (4 AS _offset) FROM read_parquet('${file}')) TO '${copy}' (FORMAT parquet)`)
  w.table.addSnapshot('copied', [copy])
  await assert.rejects(resumeDelivery(w.ports, 'deliver-again'), {
    code: 'WEIR-5015',
    message: /up to offset 4.* at 2/,
  })
})

void test('after a rollback: go on, and what is gone is skipped', async () => {
  const w = await rolledBack()
  assert.ok(await resumeDelivery(w.ports, 'go-on'))
  w.log.append(0, [good(6)])
  await w.deliver()
  assert.deepEqual(await countsOf(w.table), {
    next: '6',
    read: '6',
    delivered: '4',
    rejected: '2',
    skipped: '2',
    lost: '0',
  })
  const verification = await verifyDelivery(w.ports)
  assert.deepEqual([verification.verdict, verification.rows], ['proven', '2'])
})

void test('an accepted loss is a range in the ledger, and the delivery goes on behind it', async () => {
  const w = bench.world()
  w.log.append(0, [good(1)])
  await w.deliver()
  for (const id of [2, 3, 4]) w.log.append(0, [good(id)])
  w.log.truncate(0, 3)
  assert.ok(await resumeDelivery(w.ports, 'accept-loss'))
  assert.equal(await resumeDelivery(w.ports, 'accept-loss'), null)
  await w.deliver()
  assert.deepEqual(await countsOf(w.table), {
    next: '4',
    read: '2',
    delivered: '2',
    rejected: '0',
    skipped: '0',
    lost: '2',
  })
  assert.equal((await verifyDelivery(w.ports)).verdict, 'proven')
})

void test('after a rollback to before the first row: go on, and nothing is delivered again', async () => {
  const w = await rolledBack()
  w.table.current = w.table.snapshots[0]!.id
  assert.ok(await resumeDelivery(w.ports, 'go-on'))
  await w.deliver()
  assert.deepEqual(await countsOf(w.table), {
    next: '5',
    read: '5',
    delivered: '3',
    rejected: '2',
    skipped: '3',
    lost: '0',
  })
  assert.equal((await verifyDelivery(w.ports)).verdict, 'proven')
})

void test('without its state file nothing is resumed, and the error names the file', async () => {
  const w = await rolledBack()
  w.table.current = w.table.snapshots.at(-1)!.id
  rmSync(join(w.table.folder, w.table.property!))
  for (const choice of ['deliver-again', 'go-on', 'accept-loss'] as const)
    await assert.rejects(resumeDelivery(w.ports, choice), (error: Error) => error.message.includes(w.table.property!))
})

void test('when the property is gone, the state that the nearest snapshot names is restored', async () => {
  const w = await rolledBack()
  w.table.current = w.table.snapshots.at(-1)!.id
  w.table.property = undefined
  assert.ok(await resumeDelivery(w.ports, 'deliver-again'))
  await w.deliver()
  assert.deepEqual([(await countsOf(w.table))!.read, (await verifyDelivery(w.ports)).verdict], ['5', 'proven'])
})

void test('an answer that others outrun in every attempt says so, and may be given again', async () => {
  const w = await rolledBack()
  w.table.nextCommits.push(...Array.from({ length: 30 }, () => 'conflict' as const))
  await assert.rejects(resumeDelivery(w.ports, 'go-on'), { code: 'WEIR-5032' })
  assert.ok(await resumeDelivery(w.ports, 'go-on'))
})
