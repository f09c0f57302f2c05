import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { deliveryBench, bad, good } from '../../../test/support/delivery-bench.ts'
import { RecordLog } from '../../../test/support/record-log.ts'
import type { RecordSource, SourceAnswer } from '../record-source.ts'
import { resumeDelivery } from '../operate/resume-delivery.ts'
import { verifyDelivery } from './verify-delivery.ts'

const bench = deliveryBench()

void test('verify proves rows, letters and gaps that the log names', async () => {
  const w = bench.world()
  w.log.append(0, [good(1), bad(2), good(3)])
  w.log.leaveGap(0, 3)
  w.log.append(0, [good(4)])
  await w.deliver()
  const verification = await verifyDelivery(w.ports)
  assert.deepEqual(
    verification.partitions.map(({ rows, letters, findings }) => [rows, letters, findings]),
    [['3', '1', []]],
  )
  assert.equal(verification.verdict, 'proven')
  const without = await verifyDelivery({ ...w.ports, source: null })
  assert.equal(without.verdict, 'cannot tell')
  assert.match(without.partitions[0]!.findings[0]!, /offsets 3 to 5/)
})

void test('verify finds a planted duplicate and names it', async () => {
  const w = bench.world()
  w.log.append(0, [good(1), good(2), good(3)])
  await w.deliver()
  const [file] = (await (await w.table.load()).dataFiles()).paths
  const copy = join(w.folder, 'copy.parquet')
  await bench.query(`COPY (FROM read_parquet('${file}') WHERE _offset = 1) TO '${copy}' (FORMAT parquet)`)
  w.table.addSnapshot('999', [copy])
  const { verdict, partitions } = await verifyDelivery(w.ports)
  assert.equal(verdict, 'violated')
  assert.match(partitions[0]!.findings[0]!, /rows twice: offsets 1$/)
})

void test('verify finds a planted gap and names it', async () => {
  const w = bench.world()
  w.log.append(0, [good(1), good(2), good(3)])
  await w.deliver()
  const [file] = (await (await w.table.load()).dataFiles()).paths
  await bench.query(`COPY (FROM read_parquet('${file}') WHERE _offset <> 1) TO '${file}2' (FORMAT parquet)`)
  await bench.query(`COPY (FROM read_parquet('${file}2')) TO '${file}' (FORMAT parquet)`)
  const { verdict, partitions } = await verifyDelivery(w.ports)
  assert.equal(verdict, 'violated')
  assert.match(
    partitions[0]!.findings.join('\n'),
    /lacks records that the stream has: offsets 1\n.*2 rows, its state says 3/,
  )
  w.table.removals = 'some'
  assert.equal((await verifyDelivery(w.ports)).verdict, 'cannot tell')
})

void test('verify names data files that are gone or damaged', async () => {
  const w = bench.world()
  w.log.append(0, [good(1), good(2), good(3)])
  await w.deliver()
  const [file] = (await (await w.table.load()).dataFiles()).paths
  const whole = await readFile(file!)
  await writeFile(file!, whole.subarray(0, whole.length / 2))
  const damaged = await verifyDelivery(w.ports)
  assert.equal(damaged.verdict, 'violated')
  assert.match(damaged.partitions[0]!.findings[0]!, /data file .*\.parquet cannot be read: .*No magic bytes/)
  await rm(file!)
  const gone = await verifyDelivery(w.ports)
  assert.equal(gone.verdict, 'violated')
  assert.match(gone.partitions[0]!.findings[0]!, /cannot be read: .*No files found/)
})

/** Offsets 2 to 4 have no record; all the rest is delivered. */
async function withGap() {
  const w = bench.world()
  w.log.append(0, [good(1), good(2)])
  w.log.leaveGap(0, 3)
  w.log.append(0, [good(3)])
  await w.deliver()
  return w
}

/** The log, but for what the first fetches are answered. */
function answering(log: RecordLog, answer: SourceAnswer, times = Infinity): RecordSource {
  let left = times
  return {
    id: log.id,
    stream: log.stream,
    refresh: () => log.refresh(),
    bounds: (partitions) => log.bounds(partitions),
    openTransaction: () => log.openTransaction(),
    close: () => log.close(),
    fetch: async (request) => (left-- > 0 ? [answer] : log.fetch(request)),
  }
}

void test('INV-D7: verify cannot tell what lies at offsets that the log does not read', async () => {
  const w = await withGap()
  const putOff: SourceAnswer = { kind: 'records', partition: 0, records: Buffer.alloc(0), end: 6, isPutOff: true }
  for (const answer of [
    { kind: 'failed', partition: 0, reason: 'Kafka error 56' },
    { kind: 'damaged', partition: 0 },
    { kind: 'gone', partition: 0 },
    { kind: 'out of range', partition: 0 },
    putOff,
  ] as const) {
    const { verdict, partitions } = await verifyDelivery({ ...w.ports, source: answering(w.log, answer) })
    assert.equal(verdict, 'cannot tell', answer.kind)
    assert.match(partitions[0]!.findings.join(), /no row has offsets 2 to 4, and the stream cannot say/)
  }
  const later = await verifyDelivery({ ...w.ports, source: answering(w.log, putOff, 3) })
  assert.equal(later.verdict, 'proven', 'it answers when it is asked again')
})

void test('INV-D7: verify cannot tell what was at offsets that a restore passed over, or that lie beyond the end of a log', async () => {
  const w = await withGap()
  const shorter = new RecordLog(w.log.id)
  shorter.append(0, [good(1)])
  assert.equal((await verifyDelivery({ ...w.ports, source: shorter })).verdict, 'cannot tell')
  shorter.jump(0, 1e12)
  const source = shorter
  assert.equal((await verifyDelivery({ ...w.ports, source })).verdict, 'cannot tell')
  assert.ok(await resumeDelivery({ ...w.ports, source }, 'accept-loss'))
  const { verdict, partitions } = await verifyDelivery({ ...w.ports, source })
  assert.equal(verdict, 'cannot tell')
  assert.match(partitions[0]!.findings.join(), /offsets 2 to 4, and/, 'what was accepted as lost is no doubt')
})

void test('INV-D7: a record that the state never counted is a gap, also in a table from which others may have removed rows', async () => {
  const w = await withGap()
  const fuller = new RecordLog(w.log.id)
  fuller.append(0, [good(1), good(2), good(7), good(8), good(9), good(3)])
  w.table.removals = 'some'
  const { verdict, partitions } = await verifyDelivery({ ...w.ports, source: fuller })
  assert.equal(verdict, 'violated')
  assert.match(partitions[0]!.findings.join(), /lacks records that the stream has: offsets 2, 3, 4/)
})

void test('verify takes files in turns where copies of all would not fit, and says the same', async () => {
  const w = bench.world()
  for (const ids of [[1, 2], [3], [4, 5]]) {
    w.log.append(0, [...ids.map(good), ...(ids.length === 1 ? [bad(9)] : [])])
    await w.deliver()
  }
  const atOnce = await verifyDelivery(w.ports)
  w.table.filesInTurns = true
  assert.deepEqual(await verifyDelivery(w.ports), atOnce)
  assert.deepEqual([atOnce.verdict, atOnce.rows], ['proven', '5'])
  const { paths } = await (await w.table.load()).dataFiles()
  assert.ok(paths.length >= 3)
  const copy = join(w.folder, 'copy.parquet')
  await bench.query(`COPY (FROM read_parquet('${paths[0]}') LIMIT 1) TO '${copy}' (FORMAT parquet)`)
  w.table.addSnapshot('999', [...paths, copy])
  assert.match((await verifyDelivery(w.ports)).partitions[0]!.findings[0]!, /rows twice: offsets/)
  await writeFile(copy, 'PAR1 and no more')
  const damaged = await verifyDelivery(w.ports)
  assert.match(damaged.partitions[0]!.findings[0]!, /data file .*copy\.parquet cannot be read/)
})
