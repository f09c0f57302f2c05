import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import avro from 'avsc'
import fc from 'fast-check'
import { AvroCursor } from './avro-cursor.ts'
import { avroReader, type AvroSchema } from './avro-reader.ts'

const pairs = (value: string): AvroSchema => ({
  type: 'array',
  logicalType: 'map',
  items: {
    type: 'record',
    name: `pair_${value}`,
    fields: [
      { name: 'key', type: 'int' },
      { name: 'value', type: value },
    ],
  },
})
const schema: AvroSchema = {
  type: 'record',
  name: 'entry',
  fields: [
    { name: 'count', type: 'int' },
    { name: 'text', type: 'string' },
    { name: 'flag', type: ['null', 'boolean'] },
    { name: 'ratio', type: ['double', 'null'] },
    { name: 'small', type: { type: 'long', logicalType: 'timestamp-micros' } },
    { name: 'raw', type: { type: 'fixed', name: 'four', size: 4 } },
    { name: 'again', type: 'four' },
    { name: 'list', type: { type: 'array', items: ['null', 'string'] } },
    { name: 'sizes', type: ['null', pairs('long')] },
    { name: 'bounds', type: ['null', pairs('bytes')] },
    { name: 'named', type: { type: 'map', values: 'int' } },
  ],
}
const bytes = (options: fc.IntArrayConstraints) => fc.uint8Array(options).map((array) => Buffer.from(array))
const pairsOf = <T>(value: fc.Arbitrary<T>) =>
  fc.option(fc.uniqueArray(fc.record({ key: fc.nat(2 ** 31 - 1), value }), { selector: ({ key }) => key }))
/** The other library's own long is exact so far. */
const long = fc.maxSafeInteger().map((value) => Math.trunc(value / 4) + 0)
const record = fc.record({
  count: fc.integer(),
  text: fc.string({ unit: 'grapheme' }),
  flag: fc.option(fc.boolean()),
  ratio: fc.option(fc.double({ noNaN: true })),
  small: long,
  raw: bytes({ minLength: 4, maxLength: 4 }),
  again: bytes({ minLength: 4, maxLength: 4 }),
  list: fc.array(fc.option(fc.string())),
  sizes: pairsOf(long),
  bounds: pairsOf(bytes({ maxLength: 20 })),
  named: fc.dictionary(fc.string({ minLength: 1 }), fc.integer(), { noNullPrototype: true }),
})
const type = avro.Type.forSchema(schema as avro.Schema, { wrapUnions: 'never' })
const read = avroReader(schema)

void suite('an Avro reader', () => {
  void test('reads what another library wrote, and passes over what it leaves as bytes', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), (records) => {
        const cursor = new AvroCursor(Buffer.concat(records.map((one) => type.toBuffer(one))))
        for (const written of records) {
          const { sizes, bounds, ...rest } = written
          const found = read(cursor) as typeof written
          assert.deepEqual(found, { ...rest, sizes: found.sizes, bounds: found.bounds })
          samePairs(found.sizes, sizes)
          samePairs(found.bounds, bounds)
        }
        assert.equal(cursor.at, cursor.bytes.length)
      }),
    )
  })

  void test('numbers of 64 bits keep their digits, and are numbers where that is exact', () => {
    const readLong = avroReader('long')
    fc.assert(
      fc.property(
        fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.maxSafeInteger().map(BigInt)),
        (value) => {
          const found = readLong(new AvroCursor(zigzag(value)))
          assert.equal(typeof found, Number.isSafeInteger(Number(value)) ? 'number' : 'bigint')
          assert.equal(BigInt(found as number | bigint), value)
        },
      ),
      {
        examples: [
          [2n ** 63n - 1n],
          [-(2n ** 63n)],
          [2n ** 48n],
          [-(2n ** 48n) - 1n],
          [2n ** 53n],
          [2n ** 27n],
          [-(2n ** 27n)],
        ],
      },
    )
    assert.throws(() => readLong(new AvroCursor(Buffer.alloc(11, 0xff))), RangeError)
  })

  void test('blocks that say how long they are', () => {
    const list = avroReader({ type: 'array', items: 'int' })
    // Two items in 2 bytes, then one without a length.
    const written = Buffer.from([3, 4, 2, 4, 2, 6, 0])
    assert.deepEqual(list(new AvroCursor(written)), [1, 2, 3])
    const map = avroReader(pairs('long'))(new AvroCursor(Buffer.from([1, 4, 2, 4, 2, 6, 8, 0]))) as ReadonlyMap<
      number,
      number
    >
    assert.deepEqual(
      [...map],
      [
        [1, 2],
        [3, 4],
      ],
    )
    assert.deepEqual([map.get(3), map.get(4), map.has(1), map.size], [4, undefined, true, 2])
  })

  void test('what is cut short anywhere is an error', () => {
    const [one] = fc.sample(record, { seed: 7, numRuns: 1 })
    const whole = type.toBuffer({
      ...one!,
      sizes: [{ key: 1, value: 300 }],
      bounds: [{ key: 1, value: Buffer.from('abc') }],
    })
    assert.ok(whole.length > 20)
    for (let length = 0; length < whole.length; length++)
      assert.throws(() => read(new AvroCursor(whole.subarray(0, length))), RangeError, `${length} of ${whole.length}`)
  })
})

function samePairs(found: unknown, written: readonly { readonly key: number; readonly value: unknown }[] | null): void {
  if (written === null) return assert.equal(found, null)
  const map = found as ReadonlyMap<number, unknown>
  assert.deepEqual(
    [...map],
    written.map(({ key, value }) => [key, value]),
  )
  for (const { key, value } of written) assert.deepEqual(map.get(key), value)
}

function zigzag(value: bigint): Buffer {
  const out: number[] = []
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  for (; rest >= 128n; rest >>= 7n) out.push(Number(rest & 127n) | 128)
  return Buffer.from([...out, Number(rest)])
}
