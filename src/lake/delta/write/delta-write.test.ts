import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { DataFile } from '../../manifest/data-file.ts'
import { lowerBound, upperBound } from '../../types/bound.ts'
import { fieldsById, schemaOf } from '../../types/schema.ts'
import { fileStatistics } from './file-statistics.ts'
import { partitionText, partitionValue } from './partition-text.ts'
import { statisticsOf } from '../read-statistics.ts'
import { schemaString } from './schema-string.ts'
import { checkWritable, protocolFor } from './table-settings.ts'

const fileOf = (type: string, min: string, max: string, nan?: number): DataFile => {
  const bounds = (bytes: Buffer | undefined) => new Map(bytes === undefined ? [] : [[1, bytes]])
  return {
    content: 'data',
    location: 'f',
    format: 'PARQUET',
    specId: 0,
    partition: [],
    recordCount: 3,
    sizeBytes: 4,
    nullCounts: new Map([[1, 1]]),
    nanCounts: new Map(nan === undefined ? [] : [[1, nan]]),
    lowerBounds: bounds(lowerBound(type, min)),
    upperBounds: bounds(upperBound(type, max)),
  }
}

/** The text of `minValues` and `maxValues`: digits as they are written. */
const boundsOf = (type: string, min: string, max: string, nan?: number): readonly string[] => {
  const { fields } = schemaOf([{ name: 'c', type }])
  const text = fileStatistics(fileOf(type, min, max, nan), fields)
  const [, lower, upper] = /"minValues":\{(.*?)\},"maxValues":\{(.*?)\},"nullCount":\{"c":1\}/.exec(text)!
  return [lower!.replace('"c":', ''), upper!.replace('"c":', '')]
}

void suite('what Weir writes into a Delta log', () => {
  void test('INV-DL6: bounds keep their digits, and values within them', () => {
    const cases: readonly (readonly [string, string, string, string, string])[] = [
      ['int', '-3', '7', '-3', '7'],
      ['long', '-9223372036854775808', '9223372036854775807', '-9223372036854775808', '9223372036854775807'],
      ['decimal(38,4)', '-1.5', '1234567890123456789012345678.0001', '-1.5000', '1234567890123456789012345678.0001'],
      ['double', '-0.5', '1e300', '-0.5', '1e+300'],
      ['double', '-inf', 'inf', '', ''],
      ['date', '1969-12-31', '2024-02-29', '"1969-12-31"', '"2024-02-29"'],
      ['date', '0044-03-15 (BC)', '20000-01-01', '', ''],
      // Cut to milliseconds, each away from its values.
      [
        'timestamptz',
        '2024-01-01 00:00:00.123456+00',
        '2024-01-01 00:00:00.123001+00',
        '"2024-01-01T00:00:00.123Z"',
        '"2024-01-01T00:00:00.124Z"',
      ],
      [
        'timestamp',
        '1969-12-31 23:59:59.999999',
        '2024-01-01 00:00:00.5',
        '"1969-12-31T23:59:59.999"',
        '"2024-01-01T00:00:00.500"',
      ],
      ['string', 'a', 'ü"', '"a"', String.raw`"ü\""`],
      // Cut to 16 characters, the upper one raised.
      ['string', 'abcdefghijklmnopqrst', 'abcdefghijklmnopqrst', '"abcdefghijklmnop"', '"abcdefghijklmnoq"'],
      ['boolean', 'false', 'true', '', ''],
      ['binary', 'ab', 'cd', '', ''],
    ]
    for (const [type, min, max, lower, upper] of cases)
      assert.deepEqual(boundsOf(type, min, max, 0), [lower, upper], type)
    // Engines of Delta order NaN above all.
    assert.deepEqual(boundsOf('double', '1', '2'), ['1', ''])
  })

  void test('columns inside structs have theirs, lists and maps have none', () => {
    const { fields } = schemaOf([
      { name: 's', type: 'struct<a: int, t: struct<b: long>>' },
      { name: 'l', type: 'list<int>' },
      { name: 'm', type: 'map<string, int>' },
    ])
    const ids = new Map([...fieldsById(fields)].map(([id, { path }]) => [path.join('.'), id]))
    const file: DataFile = {
      ...fileOf('int', '1', '2'),
      nullCounts: new Map([...ids.values()].map((id) => [id, 1])),
      lowerBounds: new Map([[ids.get('s.a')!, lowerBound('int', '7')!]]),
      upperBounds: new Map([[ids.get('s.t.b')!, upperBound('long', '9')!]]),
    }
    assert.deepEqual(JSON.parse(fileStatistics(file, fields)), {
      numRecords: 3,
      minValues: { s: { a: 7 } },
      maxValues: { s: { t: { b: 9 } } },
      nullCount: { s: { a: 1, t: { b: 1 } } },
    })
  })

  void test('bounds of others are read with all of their digits; times as wide as they were cut', () => {
    const { fields } = schemaOf([
      { name: 'id', type: 'long' },
      { name: 'd', type: 'decimal(38,2)' },
      { name: 'at', type: 'timestamptz' },
      { name: 'x', type: 'double' },
      { name: 'flag', type: 'boolean' },
    ])
    const stats = `{"numRecords":2,"minValues":{"id":-9223372036854775808,"d":-0.25,"at":"2024-01-01T00:00:00.123Z","x":"NaN"},
      "maxValues":{"id":9223372036854775807,"d":123456789012345678901234567890.25,"at":"2024-01-01T00:00:00.123Z","x":1.5},
      "nullCount":{"id":0,"d":1}}`
    const add = { path: 'f', size: 1, modificationTime: 1, stats }
    const { recordCount, nullCounts, lowerBounds, upperBounds } = statisticsOf(add, fields)
    assert.equal(recordCount, 2)
    assert.deepEqual(
      [...nullCounts],
      [
        [1, 0],
        [2, 1],
      ],
    )
    assert.deepEqual(lowerBounds.get(1), lowerBound('long', '-9223372036854775808'))
    assert.deepEqual(upperBounds.get(1), upperBound('long', '9223372036854775807'))
    // More digits than delta-rs keeps.
    assert.equal(upperBounds.has(2) || lowerBounds.has(2), false)
    const few = statisticsOf({ ...add, stats: '{"numRecords":1,"maxValues":{"d":1234567890123.25}}' }, fields)
    assert.deepEqual(few.upperBounds.get(2), upperBound('decimal(38,2)', '1234567890123.25'))
    assert.deepEqual(lowerBounds.get(3), lowerBound('timestamptz', '2024-01-01 00:00:00.123+00'))
    assert.deepEqual(upperBounds.get(3), upperBound('timestamptz', '2024-01-01 00:00:00.124+00'))
    assert.deepEqual([lowerBounds.has(4), upperBounds.get(4)], [false, upperBound('double', '1.5')])
    assert.throws(() => statisticsOf({ ...add, stats: '{}' }, fields), /f comes without a number of rows/)
  })

  void test('partition values go there and back', () => {
    const cases: readonly (readonly [string, Parameters<typeof partitionText>[1], string | null])[] = [
      ['int', -3, '-3'],
      ['long', 9223372036854775807n, '9223372036854775807'],
      ['string', 'a/b =%', 'a/b =%'],
      ['date', -1, '1969-12-31'],
      ['boolean', true, 'true'],
      ['decimal(9,2)', Buffer.of(0xff), '-0.01'],
      ['timestamptz', 1704067200500000n, '2024-01-01T00:00:00.500000Z'],
      ['timestamp', 1704067200000001n, '2024-01-01T00:00:00.000001'],
      ['int', null, null],
    ]
    for (const [type, value, text] of cases) {
      assert.equal(partitionText(type, value, 'c'), text, type)
      const back = partitionValue(type, text)
      assert.deepEqual(typeof back === 'number' && typeof value === 'bigint' ? BigInt(back) : back, value, type)
    }
    assert.equal(partitionValue('string', ''), null)
    assert.throws(() => partitionText('string', '', 'c'), /the partition column c has the empty text/)
  })

  void test('types of columns, and the protocol that they ask for', () => {
    const text = schemaString(
      schemaOf([
        { name: 'id', type: 'int', required: true, doc: 'a number' },
        { name: 's', type: 'struct<a: decimal(9,2), l: list<timestamptz>>' },
        { name: 'm', type: 'map<string, double>' },
      ]).fields,
    )
    assert.deepEqual(JSON.parse(text), {
      type: 'struct',
      fields: [
        { name: 'id', type: 'integer', nullable: false, metadata: { comment: 'a number' } },
        {
          name: 's',
          type: {
            type: 'struct',
            fields: [
              { name: 'a', type: 'decimal(9,2)', nullable: true, metadata: {} },
              {
                name: 'l',
                type: { type: 'array', elementType: 'timestamp', containsNull: true },
                nullable: true,
                metadata: {},
              },
            ],
          },
          nullable: true,
          metadata: {},
        },
        {
          name: 'm',
          type: { type: 'map', keyType: 'string', valueType: 'double', valueContainsNull: true },
          nullable: true,
          metadata: {},
        },
      ],
    })
    const local = schemaOf([{ name: 'at', type: 'timestamp' }]).fields
    assert.deepEqual(protocolFor(local), {
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['timestampNtz'],
      writerFeatures: ['appendOnly', 'invariants', 'timestampNtz'],
    })
    checkWritable(protocolFor(local), 't')
    assert.throws(
      () => checkWritable({ minReaderVersion: 4, minWriterVersion: 8 }, 't'),
      /readers of version 4, writers of 8/,
    )
  })
})
