import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { deliveryBench, bad, good } from '../../../test/support/delivery-bench.ts'
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
