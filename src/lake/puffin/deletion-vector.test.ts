import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeDeletionVector, encodeDeletionVector } from './deletion-vector.ts'
import { bitsSet, blockRows, countPositions, mergedPositions, positionsOf, type Positions } from './positions.ts'
import { decodeRoaring, encodeRoaring } from './roaring.ts'

function numbersOf(positions: Positions): readonly number[] {
  return [...positions].flatMap(([block, bits]) => Array.from(bitsSet(bits), (bit) => block * blockRows + bit))
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)
const bitmap = 2 ** 32

/** The files that Apache Iceberg's own tests hold its implementation against, and what is in them. */
const golden = {
  empty: ['AAAADNHTOWQAAAAAAAAAAL8YSAw=', []],
  'small, alternating': ['AAAAKtHTOWQBAAAAAAAAAAAAAAA6MAAAAQAAAAAABAAQAAAAAQADAAUABwAJALP7IL4=', [1, 3, 5, 7, 9]],
  'small and large': [
    'AAAAMNHTOWQBAAAAAAAAAAAAAAA6MAAAAgAAAAAAAQAAgAEAGAAAABwAAABkAGUAYwBkABXrHHw=',
    [100, 101, 2147483747, 2147483748],
  ],
  'lists and runs in two bitmaps': [
    'AAAAVtHTOWQCAAAAAAAAAAAAAAA7MAIABgAAAQABAOYDAgD9/wUABwABAAEA5gMBAAEA/f8BAAAAOzACAAYAAAEAAQDpAQIA/f8KABQAAQAKAOkBAQABAP3/yJvjlw==',
    [
      ...[5, 7, ...range(blockRows + 1, blockRows + 1000), ...range(2 * blockRows + 1, 3 * blockRows - 1)],
      ...[10, 20, ...range(blockRows + 10, blockRows + 500), ...range(2 * blockRows + 1, 3 * blockRows - 1)].map(
        (position) => bitmap + position,
      ),
    ],
  ],
} as const

void test("the vectors of Apache Iceberg's own tests are read", () => {
  for (const [name, [text, expected]] of Object.entries(golden))
    assert.deepEqual(numbersOf(decodeDeletionVector(Buffer.from(text, 'base64'))), expected, name)
})

void test('those without runs are written to the byte', () => {
  for (const name of ['empty', 'small, alternating', 'small and large'] as const)
    assert.equal(encodeDeletionVector(positionsOf(golden[name][1])).toString('base64'), golden[name][0], name)
})

void test('bitmaps of the Roaring specification are read, one for each key', () => {
  const spread =
    'CgAAAAAAAAAAAAAAOjAAAAEAAAAAAAkAEAAAAAAAAQACAAMABAAFAAYABwAIAAkAAQAAADowAAABAAAAAAAJABAAAAAAAAEAAgADAAQABQAGAAcACAAJAAIAAAA6MAAAAQAAAAAACQAQAAAAAAABAAIAAwAEAAUABgAHAAgACQADAAAAOjAAAAEAAAAAAAkAEAAAAAAAAQACAAMABAAFAAYABwAIAAkABAAAADowAAABAAAAAAAJABAAAAAAAAEAAgADAAQABQAGAAcACAAJAAUAAAA6MAAAAQAAAAAACQAQAAAAAAABAAIAAwAEAAUABgAHAAgACQAGAAAAOjAAAAEAAAAAAAkAEAAAAAAAAQACAAMABAAFAAYABwAIAAkABwAAADowAAABAAAAAAAJABAAAAAAAAEAAgADAAQABQAGAAcACAAJAAgAAAA6MAAAAQAAAAAACQAQAAAAAAABAAIAAwAEAAUABgAHAAgACQAJAAAAOjAAAAEAAAAAAAkAEAAAAAAAAQACAAMABAAFAAYABwAIAAkA'
  const expected = range(0, 10).flatMap((key) => range(0, 10).map((low) => key * bitmap + low))
  assert.deepEqual(numbersOf(decodeRoaring(Buffer.from(spread, 'base64'))), expected)
  assert.equal(encodeRoaring(positionsOf(expected)).toString('base64'), spread)
})

void test('what is written is read again: few rows, many, whole blocks, far ones', () => {
  const positions = fc.oneof(
    fc.array(fc.nat(200_000), { maxLength: 200 }),
    fc.array(fc.maxSafeNat(), { maxLength: 5 }),
    fc.tuple(fc.nat(300_000), fc.nat(9000)).map(([from, count]) => range(from, from + count)),
    fc
      .tuple(fc.nat(5), fc.integer({ min: 4090, max: 4100 }))
      .map(([block, count]) => range(0, count).map((at) => block * blockRows + at * 15)),
  )
  fc.assert(
    fc.property(positions, (numbers) => {
      const decoded = decodeDeletionVector(encodeDeletionVector(positionsOf(numbers)))
      const expected = [...new Set(numbers)].sort((a, b) => a - b)
      assert.deepEqual(numbersOf(decoded), expected)
      assert.equal(countPositions(decoded), expected.length)
    }),
    { numRuns: 100 },
  )
})

void test('a vector over another holds the rows of both', () => {
  const merged = mergedPositions(positionsOf([1, 70_000]), positionsOf([1, 2, 200_000]))
  assert.deepEqual(numbersOf(merged), [1, 2, 70_000, 200_000])
})

void test('a byte that is another, and a cut at any place, are errors and never other rows', () => {
  const blob = Buffer.from(golden['lists and runs in two bitmaps'][0], 'base64')
  for (let at = 0; at < blob.length; at++) {
    const damaged = Buffer.from(blob)
    damaged[at]! ^= 0x10
    assert.throws(() => decodeDeletionVector(damaged), RangeError, `byte ${at}`)
    assert.throws(() => decodeDeletionVector(blob.subarray(0, at)), RangeError, `cut at ${at}`)
  }
  assert.throws(() => decodeDeletionVector(Buffer.concat([blob.subarray(0, -1), Buffer.of(0)])), /checksum is 0x/)
})

void test('a bitmap that is not in order, or not whole, is refused whatever its checksum', () => {
  const valid = encodeRoaring(positionsOf([1, 70_000, bitmap + 5]))
  for (let length = 0; length < valid.length; length++)
    assert.throws(() => decodeRoaring(valid.subarray(0, length)), RangeError, `${length} bytes`)
  assert.throws(() => decodeRoaring(Buffer.concat([valid, Buffer.of(0)])), /1 bytes follow/)
  const altered = (at: number, value: number) => {
    const bytes = Buffer.from(valid)
    bytes[at] = value
    return bytes
  }
  // Count of bitmaps; key; cookie; keys and sizes of containers.
  for (const [at, value] of [
    [0, 3],
    [11, 255],
    [12, 0],
    [24, 0],
    [22, 3],
  ] as const)
    assert.throws(() => decodeRoaring(altered(at, value)), RangeError, `byte ${at}`)
})
