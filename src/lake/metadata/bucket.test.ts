import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import type { PartitionValue } from '../manifest/data-file.ts'
import { duckdbType } from '../types/duckdb-type.ts'
import { parseType } from '../types/parse-type.ts'
import { valueOfText } from '../types/single-value.ts'
import { bucketHash, bucketOf } from './bucket.ts'
import { bucketSql } from './bucket-sql.ts'

const micros = 1510871468000000n

void test('hashes are those of the specification (appendix B)', () => {
  const vectors: readonly (readonly [type: string, value: Exclude<PartitionValue, null>, hash: number])[] = [
    ['int', 34, 2017239379],
    ['long', 34n, 2017239379],
    ['decimal(9,2)', Buffer.of(0x05, 0x8c), -500754589],
    // As Avro holds it, with the sign carried on to the left.
    ['decimal(9,2)', Buffer.of(0, 0, 0x05, 0x8c), -500754589],
    ['date', 17486, -653330422],
    ['time', 81068000000n, -662762989],
    ['timestamp', micros, -2047944441],
    ['timestamp', micros + 1n, -1207196810],
    ['timestamptz', micros, -2047944441],
    ['timestamptz', micros + 1n, -1207196810],
    ['timestamp_ns', micros * 1000n, -2047944441],
    ['timestamp_ns', micros * 1000n + 1001n, -1207196810],
    ['timestamptz_ns', micros * 1000n + 1001n, -1207196810],
    ['string', 'iceberg', 1210000089],
    ['uuid', Buffer.from('f79c3e09677c4bbda4793f349cb785e7', 'hex'), 1488055340],
    ['fixed[4]', Buffer.of(0, 1, 2, 3), -188683207],
    ['binary', Buffer.of(0, 1, 2, 3), -188683207],
  ]
  for (const [type, value, hash] of vectors) assert.equal(bucketHash(type, value), hash, type)
})

void test('before the epoch nanoseconds are cut downwards, as in other engines', () => {
  assert.equal(bucketHash('timestamp_ns', -1n), bucketHash('timestamp', -1n))
  assert.equal(bucketHash('timestamp_ns', -1000n), bucketHash('timestamp', -1n))
})

void test('numbers and truth have no buckets when they are no whole numbers', () => {
  for (const type of ['float', 'double', 'boolean']) {
    assert.throws(() => bucketOf(type, 4, 1), { code: 'WEIR-4007', message: /bucket cannot be applied to/ })
    assert.throws(() => bucketSql('v', 4, type), { code: 'WEIR-4007' })
  }
})

void test('what SQL hashes at writing is what is hashed when files are chosen', async () => {
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  const whole = (bits: number) => fc.bigInt(-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n).map(String)
  const small = fc.bigInt(-70_000n, 70_000n).map(String)
  const decimal = (digits: number, scale: number) =>
    fc
      .oneof(small, fc.bigInt(-(10n ** BigInt(digits)) + 1n, 10n ** BigInt(digits) - 1n).map(String))
      .map((unscaled) => {
        const padded = unscaled.replace('-', '').padStart(scale + 1, '0')
        return `${unscaled.startsWith('-') ? '-' : ''}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
      })
  const instants = fc
    .integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })
    .map((ms) => new Date(ms).toISOString().replace('T', ' ').replace('Z', ''))
  const values: readonly (readonly [type: string, texts: fc.Arbitrary<string>])[] = [
    ['int', whole(32)],
    ['long', whole(64)],
    ['decimal(9,2)', decimal(9, 2)],
    ['decimal(18,4)', decimal(18, 4)],
    ['decimal(38,10)', decimal(38, 10)],
    ['date', instants.map((text) => text.slice(0, 10))],
    ['time', instants.map((text) => text.slice(11))],
    ['timestamp', instants],
    ['timestamptz', instants.map((text) => `${text}+00`)],
    ['string', fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0'))],
    ['uuid', fc.uuid()],
  ]
  try {
    await db.run(`SET TimeZone = 'Asia/Kathmandu'`)
    for (const [type, texts] of values) {
      const seed = fc.sample(texts, { numRuns: 300, seed: 20_261_129 })
      const sqlType = duckdbType(parseType(type))
      const read = await db.runAndReadAll(
        `SELECT text, ${bucketSql('v', 1_000_003, type)} AS bucket FROM (SELECT text, CAST(text AS ${sqlType}) AS v
         FROM (SELECT unnest([${seed.map((text) => `'${text.replaceAll("'", "''")}'`).join(', ')}]) AS text))`,
      )
      assert.equal(read.currentRowCount, 300)
      for (const { text, bucket } of read.getRowObjectsJson())
        assert.equal(
          Number(bucket),
          bucketOf(type, 1_000_003, valueOfText(type, text as string)),
          `${type} ${text as string}`,
        )
    }
  } finally {
    db.closeSync()
    instance.closeSync()
  }
})

void test('bytes of any length hash alike in SQL, whatever the column is called', async () => {
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  try {
    for (let length = 0; length < 34; length++) {
      const bytes = Buffer.from(Array.from({ length }, (_, at) => (at * 151 + 200) & 255))
      const read = await db.runAndReadAll(
        `SELECT ${bucketSql('digits', 2147483647, 'binary')} FROM (SELECT from_hex('${bytes.toString('hex')}') AS digits)`,
      )
      assert.equal(Number(read.getRows()[0]![0]), bucketOf('binary', 2147483647, bytes), `${length} bytes`)
    }
  } finally {
    db.closeSync()
    instance.closeSync()
  }
})
