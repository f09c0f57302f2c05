import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveryBench, good, haltOf, readUpTo } from '../../../test/support/delivery-bench.ts'
import { RecordLog } from '../../../test/support/record-log.ts'
import { readLedger } from '../ledger/read-ledger.ts'
import { verifyDelivery } from '../ledger/verify-delivery.ts'
import { resumeDelivery } from '../operate/resume-delivery.ts'

const bench = deliveryBench()
const ids = ['a', 'b', 'c'].map((letter) => `${letter}0000000-0000-4000-8000-000000000001`) as [string, string, string]

/** Two records of the first topic are delivered; it is deleted; the topic that has the name now has one record. */
async function madeAgain(id = ids[2]) {
  const w = bench.world()
  w.log.append(0, [good(1), good(2)])
  await w.deliver()
  const now = new RecordLog(id)
  now.append(0, [good(9)])
  return { ...w, first: w.log.id, now, ports: { ...w.ports, source: now } }
}

async function begin({ start, now }: Awaited<ReturnType<typeof madeAgain>>) {
  const worker = await start(now)
  await worker.assign({ epoch: 99, partitions: [0] })
  return worker
}

void test('rule 7: a topic that had delivered everything before it was deleted is not asked about', async () => {
  const w = await madeAgain()
  w.memory.deleted.push({ id: w.first, endOffsets: [2, 0] })
  const worker = await begin(w)
  await readUpTo(worker, 1)
  await worker.flush()
  const sources = (await bench.rowsOf(w.table)).map((row) => row['_source'])
  assert.deepEqual([sources.length, sources.filter((source) => source === w.now.id).length], [3, 1])
})

void test('rule 7: what a deleted topic still owed is asked about by its offsets, and an accepted loss has a range', async () => {
  const w = await madeAgain()
  w.memory.deleted.push({ id: w.first, endOffsets: [7] })
  const worker = await begin(w)
  const { code, reason } = await haltOf(worker)
  assert.deepEqual([code, /partition 0 offsets 2 to 6/.test(reason)], ['WEIR-5013', true], reason)
  assert.ok(await resumeDelivery(w.ports, 'accept-loss'))
  assert.equal(await resumeDelivery(w.ports, 'accept-loss'), null)
  assert.deepEqual(
    (await readLedger(w.table)).entries.map(({ next, read, lost }) => [next, read, lost]),
    [['7', '2', '5']],
  )
  await worker.assign({ epoch: 100, partitions: [0] })
  await worker.flush()
  assert.equal((await verifyDelivery(w.ports)).verdict, 'proven')
})

void test('rule 7: partitions and topics of which nothing was ever committed are asked about, too', async () => {
  const w = await madeAgain()
  w.memory.deleted.push(
    { id: 'before', endOffsets: [100] },
    { id: w.first, endOffsets: [2, 3] },
    { id: ids[1], endOffsets: [0, 4] },
  )
  const worker = await begin(w)
  assert.match((await haltOf(worker)).reason, /: partition 1 offsets 0 to 2, partition 1 offsets 0 to 3$/)
  assert.ok(await resumeDelivery(w.ports, 'accept-loss'))
  assert.deepEqual(
    (await readLedger(w.table)).entries.map(({ source, partition, lost }) => [source, partition, lost]),
    [
      [w.first, 0, '0'],
      [w.first, 1, '3'],
      [ids[1], 1, '4'],
    ],
  )
})

void test('rule 7: a topic that ended before what was delivered is asked about: its log was put back by hand', async () => {
  const w = await madeAgain()
  w.memory.deleted.push({ id: w.first, endOffsets: [1] })
  assert.match((await haltOf(await begin(w))).reason, /partition 0 from offset 2 on/)
})

void test('rule 7: a topic that the log does not remember is asked about, without an end', async () => {
  const w = await madeAgain()
  const worker = await begin(w)
  assert.match((await haltOf(worker)).reason, /partition 0 from offset 2 on, where it ended is not known/)
  assert.ok(await resumeDelivery(w.ports, 'accept-loss'))
  await worker.assign({ epoch: 100, partitions: [0] })
  await worker.flush()
  assert.deepEqual((await readLedger(w.table)).entries[0]!.lost, '0')
})

void test('INV-D7: where a deleted topic ended nobody knew, verify counts its rows and does not say that none is missing', async () => {
  const w = await madeAgain()
  const worker = await begin(w)
  await haltOf(worker)
  assert.ok(await resumeDelivery(w.ports, 'accept-loss'))
  await worker.assign({ epoch: 100, partitions: [0] })
  await readUpTo(worker, 1)
  await worker.flush()
  const { verdict, partitions } = await verifyDelivery(w.ports)
  assert.equal(verdict, 'cannot tell')
  const ofFirst = partitions.find(({ source }) => source === w.first)!
  assert.deepEqual([ofFirst.verdict, ofFirst.rows], ['cannot tell', '2'])
  assert.match(ofFirst.findings.join(), /partition 0: its topic was deleted.* from offset 2 on is gone/)
  assert.deepEqual(
    partitions.filter(({ source }) => source === w.now.id).map((partition) => [partition.verdict, partition.rows]),
    [['proven', '1']],
  )
  const [file] = (await (await w.table.load()).dataFiles()).paths
  w.table.addSnapshot('999', [file!])
  assert.equal((await verifyDelivery(w.ports)).verdict, 'violated', 'its duplicates are found all the same')
})
