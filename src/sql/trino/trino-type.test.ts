import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { recordings } from '../../../test/support/recorded-trino.ts'
import { ByteWriter } from '../wire/byte-writer.ts'
import { oidOf } from '../wire/result-type.ts'
import { columnEncoder } from '../wire/values/column-encoder.ts'
import { zoneOffsets } from '../wire/values/time-zone.ts'
import { parsePage } from './parse-page.ts'
import { resultColumns } from './trino-result.ts'

const pages = recordings['types']!.pages.map(parsePage)
const { columns: described } = pages.find(({ columns }) => columns)!
const [row] = pages.find(({ data }) => data)!.data!

/** What a client of PostgreSQL is sent. */
const expected: readonly (readonly [name: string, oid: number, text: string | null])[] = [
  ['b', 20, '9223372036854775807'],
  ['d', 1700, '1.50'],
  ['r', 700, '0.1'],
  ['n', 701, 'NaN'],
  ['i', 701, '-Infinity'],
  ['t', 1114, '2024-01-01 00:00:00.123456'],
  ['tz', 1184, '2024-07-27 00:30:00+00'],
  ['tm', 1083, '01:02:03.5'],
  ['tmz', 1266, '01:02:03.5-02:30'],
  ['bc', 1082, '0045-03-15 BC'],
  ['vb', 17, String.raw`\x00ff`],
  ['ar', 1007, '{1,NULL}'],
  ['rw', 114, '{"field0": 1, "field1": "x"}'],
  ['rn', 114, '{"a": 1, "b c": "x"}'],
  ['mp', 114, '{"1": "a", "9223372036854775807": "b"}'],
  ['u', 2950, '12151fd2-7586-11e9-8f9e-2a86e4085a59'],
  ['iy', 1186, '-1 years -2 mons'],
  ['ids', 1186, '-2 days -03:04:05.678'],
  ['js', 114, '{"a":[1]}'],
  ['ch', 25, 'x    '],
  ['nl', 25, null],
  ['far', 1082, '12024-01-01'],
  ['ip', 25, '10.0.0.1'],
  ['dm', 114, '{"2024-01-01": 1.50}'],
  ['digits', 25, 'a,1234567890123456789,b'],
]

void suite('types of Trino', () => {
  void test('become those of PostgreSQL, with the same values', () => {
    const style = { offsetAt: zoneOffsets('UTC') }
    const found = resultColumns(described!, undefined).map(({ column, trino }, at) => {
      const json = row![at] ?? null
      const out = new ByteWriter()
      const value = json === null ? null : trino.read(json)
      columnEncoder(column.type, 'text', style)({ getItem: () => value })(out, 0)
      const bytes = Buffer.from(out.bytes.subarray(0, out.at))
      return [column.name, oidOf(column.type), bytes.readInt32BE(0) < 0 ? null : bytes.toString('utf8', 4)]
    })
    assert.deepEqual(found, expected)
  })

  void test('one without a form is refused by its name', () => {
    const { columns } = recordings['sketch']!.pages.map(parsePage).find((page) => page.columns)!
    assert.throws(() => resultColumns(columns!, undefined), {
      code: 'WEIR-6001',
      message: /type HyperLogLog of Trino's/,
    })
  })

  void test('columns without a name have PostgreSQL’s', () => {
    const { columns } = recordings['later']!.pages.map(parsePage).find((page) => page.columns)!
    assert.deepEqual(
      resultColumns(columns!, ['?column?']).map(({ column }) => column.name),
      ['?column?'],
    )
    assert.deepEqual(
      resultColumns(columns!, ['a', 'b']).map(({ column }) => column.name),
      ['_col0'],
    )
  })
})
