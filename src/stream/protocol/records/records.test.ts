import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { BatchBuilder } from './batch-builder.ts'
import { hasValidChecksum, placeBatch, readBatchHeader, type Compression } from './batch-header.ts'
import { decompress } from './compression.ts'
import { readHeaders, type RecordHeader } from './headers.ts'
import { linesBytesMax } from './encode-lines.ts'
import { appendLines } from './lines.ts'
import { batchesIn, openRecords } from './record-cursor.ts'

const compressions: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const plain = { noNullPrototype: true }
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const anyRecord = fc.record(
  {
    value: fc.option(anyBytes),
    key: fc.option(anyBytes),
    timestamp: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    headers: fc.array(fc.record({ key: fc.string(), value: fc.option(anyBytes) }, plain), { maxLength: 3 }),
  },
  plain,
)

void test('records come out of a batch as they went in, by every compression', () => {
  fc.assert(
    fc.property(
      fc.array(anyRecord, { minLength: 1, maxLength: 300 }),
      fc.constantFrom(...compressions),
      (records, compression) => {
        const builder = new BatchBuilder(1_000_000)
        for (const { value, key, timestamp, headers } of records)
          assert.ok(builder.append(value, key, timestamp, headers))
        const batch = builder.finish(compression)
        placeBatch(batch, 0, 5_000_000_000, 7)
        assert.ok(hasValidChecksum(batch, 0, batch.length), 'base offset and epoch are outside the checksum')
        assert.deepEqual(recordsOf(batch), records)
        assert.equal(readBatchHeader(batch)?.leaderEpoch, 7)
      },
    ),
    { numRuns: 60 },
  )
})

void test('snappy without framing, as librdkafka sends it, is read', () => {
  const raw = Buffer.from([4, 12, ...Buffer.from('abcd')])
  assert.equal(decompress('snappy', raw).toString(), 'abcd')
})

/** Of any bytes, and of lengths for which there are different ways of searching and copying. */
const anyLine = fc
  .oneof(fc.uint8Array({ maxLength: 24 }), fc.uint8Array({ maxLength: 700, size: 'max' }))
  .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10 && byte !== 13)).toString('latin1'))

void test('lines become values, whatever the chunks and the batch size', () => {
  fc.assert(
    fc.property(
      fc.array(anyLine, { maxLength: 60 }),
      fc.integer({ min: 200, max: 2000 }),
      fc.nat({ max: 9 }),
      (lines, bytesMax, before) => {
        const chunk = Buffer.from(
          `${'\n'.repeat(before)}${lines.map((line) => `${line}\n`).join('')}open line`,
          'latin1',
        ).subarray(before)
        const builder = new BatchBuilder(bytesMax)
        const values: string[] = []
        for (let at = 0; ;) {
          const { next, full } = appendLines(builder, chunk, at, 1_000)
          at = next
          if (full || builder.recordCount > 0) values.push(...valuesOf(builder.finish()))
          if (full) continue
          assert.equal(chunk.toString('latin1', at), 'open line')
          break
        }
        assert.deepEqual(
          values,
          lines.filter((line) => line !== ''),
        )
      },
    ),
  )
})

/** Around the lengths at which a varint takes one byte more, and at which lines are looked at in parts. */
const lengthsOfNote = [0, 1, 15, 16, 17, 63, 64, 8_191, 8_192, linesBytesMax - 1, linesBytesMax, 2 * linesBytesMax]

void test('lines make the bytes that one append for each makes', () => {
  const line = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(0, 1, 2, 30, 100) },
    { weight: 1, arbitrary: fc.constantFrom(...lengthsOfNote) },
  )
  const chunks = fc.array(
    fc.record({
      lengths: fc.array(line, { size: '+2', maxLength: 400 }),
      ending: fc.constantFrom('\n', '\r\n'),
      // Of a clock that is set, too.
      timestamp: fc.constantFrom(1_000, 1_063, 1_064, 0, 2 ** 41),
    }),
    { minLength: 1, maxLength: 4 },
  )
  fc.assert(
    fc.property(chunks, (all) => {
      const byLines = new BatchBuilder(10_000_000)
      const byAppend = new BatchBuilder(10_000_000)
      for (const { lengths, ending, timestamp } of all) {
        const values = lengths.map((length, at) => Buffer.alloc(length, `${at}\r{"`))
        // What ends in a carriage return is told from its line's end by nobody.
        for (const value of values) if (value.at(-1) === 13) value[value.length - 1] = 46
        const chunk = Buffer.from(values.map((value) => `${value.toString('latin1')}${ending}`).join(''), 'latin1')
        const { next, lines } = appendLines(byLines, chunk, 0, timestamp)
        assert.deepEqual({ next, lines }, { next: chunk.length, lines: lengths.length })
        for (const value of values) if (value.length > 0) byAppend.append(value, null, timestamp)
      }
      assert.equal(byLines.recordCount, byAppend.recordCount)
      if (byLines.recordCount > 0) assert.ok(byLines.finish().equals(byAppend.finish()))
    }),
  )
})

void test('a batch is never larger than asked for, but for a single record', () => {
  const builder = new BatchBuilder(1_000)
  const value = Buffer.alloc(300)
  while (builder.append(value, null, 0));
  assert.ok(builder.recordCount >= 2 && builder.finish().length <= 1_000)
  assert.ok(builder.append(Buffer.alloc(5_000), null, 0))
  assert.equal(builder.append(value, null, 0), false)
  assert.equal(builder.finish().length > 5_000, true)
})

void test('broken batches end with an error that says corrupt, soon, and never with another', () => {
  const builder = new BatchBuilder()
  for (let index = 0; index < 50; index++)
    builder.append(Buffer.from(`value ${index}`), Buffer.from('key'), index, [{ key: 'h', value: null }])
  const whole = { plain: builder.finish(), packed: Buffer.alloc(0) }
  for (const compression of compressions) {
    builder.append(Buffer.alloc(2_000, 'x'), null, 0)
    const batch = compression === 'none' ? whole.plain : builder.finish(compression)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(batch.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const broken = Buffer.from(batch)
          for (const [at, byte] of changes) broken[at] = byte
          try {
            for (const { at, header } of batchesIn(broken)) {
              const cursor = openRecords(broken, at, header, 1_000_000)
              while (cursor.next()) readHeaders(cursor)
            }
          } catch (error) {
            assert.ok(error instanceof WeirError && error.kind === 'corrupt', String(error))
          }
        },
      ),
      { numRuns: 1_000 },
    )
  }
})

void test('a small batch cannot unpack to more than the limit', () => {
  for (const compression of compressions.slice(1)) {
    const builder = new BatchBuilder(5_000_000)
    builder.append(Buffer.alloc(4_000_000), null, 0)
    const batch = builder.finish(compression)
    const header = readBatchHeader(batch)!
    assert.throws(() => openRecords(batch, 0, header, 100_000), { code: 'WEIR-3001' }, compression)
  }
})

void test('a batch that is cut off is not there yet', () => {
  const builder = new BatchBuilder()
  builder.append(Buffer.from('value'), null, 0)
  const batch = builder.finish()
  for (let length = 0; length < batch.length; length++)
    assert.equal(readBatchHeader(batch.subarray(0, length)), undefined)
  assert.equal([...batchesIn(Buffer.concat([batch, batch, batch.subarray(0, 70)]))].length, 2)
})

interface ReadRecord {
  readonly value: Buffer | null
  readonly key: Buffer | null
  readonly timestamp: number
  readonly headers: readonly RecordHeader[]
}

function recordsOf(batch: Buffer): ReadRecord[] {
  const records: ReadRecord[] = []
  for (const { at, header } of batchesIn(batch)) {
    const cursor = openRecords(batch, at, header)
    const part = (start: number, end: number): Buffer | null =>
      start < 0 ? null : Buffer.from(cursor.buffer.subarray(start, end))
    while (cursor.next()) {
      assert.equal(cursor.offset, header.baseOffset + records.length)
      records.push({
        value: part(cursor.valueStart, cursor.valueEnd),
        key: part(cursor.keyStart, cursor.keyEnd),
        timestamp: cursor.timestamp,
        headers: readHeaders(cursor).map(({ key, value }) => ({ key, value: value && Buffer.from(value) })),
      })
    }
  }
  return records
}

function valuesOf(batch: Buffer): string[] {
  return recordsOf(batch).map(({ value }) => value!.toString('latin1'))
}
