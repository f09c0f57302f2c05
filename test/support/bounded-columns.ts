/** A column's values, as DuckDB's SQL, and the bounds that its file must have: hex of the single-value form, or none. */
export interface BoundedColumn {
  readonly type: string
  readonly values: readonly string[]
  readonly lower: string | undefined
  readonly upper: string | undefined
}

const text = (value: string): string => Buffer.from(value).toString('hex')
const sql = (value: string): string => `'${value}'`
const strings = (values: readonly string[], lower: string | undefined, upper: string | undefined): BoundedColumn => ({
  type: 'string',
  values: values.map(sql),
  lower: lower === undefined ? undefined : text(lower),
  upper: upper === undefined ? undefined : text(upper),
})
const last = '\u{10ffff}'

/** Where bounds go wrong: signs, widths, NaN and zeros, truncated text, the order of UTF-8, calendars. */
export const boundedColumns: readonly BoundedColumn[] = [
  { type: 'boolean', values: ['false', 'true', 'NULL'], lower: '00', upper: '01' },
  { type: 'boolean', values: ['true'], lower: '01', upper: '01' },
  { type: 'boolean', values: ['false'], lower: '00', upper: '00' },
  { type: 'int', values: ['-2147483648', '0', '2147483647'], lower: '00000080', upper: 'ffffff7f' },
  {
    type: 'long',
    values: ['-9223372036854775808', '9223372036854775807'],
    lower: '0000000000000080',
    upper: 'ffffffffffffff7f',
  },
  { type: 'long', values: ['NULL', 'NULL'], lower: undefined, upper: undefined },
  { type: 'float', values: ['0.1', '-3.4028235e38', '1e-45'], lower: 'ffff7fff', upper: 'cdcccc3d' },
  { type: 'double', values: ["'nan'", '1', '2'], lower: '000000000000f03f', upper: '0000000000000040' },
  { type: 'double', values: ["'nan'"], lower: undefined, upper: undefined },
  // -0.0 comes before 0.0 in Iceberg's order, and is equal to it in SQL's.
  { type: 'double', values: ["'-0.0'", '0'], lower: '0000000000000080', upper: '0000000000000000' },
  { type: 'double', values: ['0'], lower: '0000000000000080', upper: '0000000000000000' },
  { type: 'double', values: ["'-inf'", "'inf'"], lower: '000000000000f0ff', upper: '000000000000f07f' },
  { type: 'decimal(9,2)', values: ['-1.28', '1.27'], lower: '80', upper: '7f' },
  { type: 'decimal(9,2)', values: ['-1.29', '1.28'], lower: 'ff7f', upper: '0080' },
  { type: 'decimal(9,2)', values: ['-0.01', '0'], lower: 'ff', upper: '00' },
  {
    type: 'decimal(38,0)',
    values: [`-${'9'.repeat(38)}`, '9'.repeat(38)],
    lower: 'b4c4b357a5793b85f675ddc000000001',
    upper: '4b3b4ca85a86c47a098a223fffffffff',
  },
  { type: 'date', values: ["'0001-01-01'", "'1969-12-31'"], lower: days(-719162), upper: days(-1) },
  { type: 'date', values: ["'2024-02-29'", "'9999-12-31'"], lower: days(19782), upper: days(2932896) },
  {
    type: 'time',
    values: ["'00:00:00'", "'23:59:59.999999'"],
    lower: microseconds(0n),
    upper: microseconds(86399999999n),
  },
  {
    type: 'timestamp',
    values: ["'0001-01-01'", "'1969-12-31 23:59:59.999999'"],
    lower: microseconds(-62135596800000000n),
    upper: microseconds(-1n),
  },
  {
    type: 'timestamptz',
    values: ["'1970-01-01 00:00:00.000001+00'", "'9999-12-31 23:59:59.999999+00'"],
    lower: microseconds(1n),
    upper: microseconds(253402300799999999n),
  },
  strings([''], '', ''),
  strings(['exactly sixteen.'], 'exactly sixteen.', 'exactly sixteen.'),
  strings(['exactly sixteen.+'], 'exactly sixteen.', 'exactly sixteen/'),
  // Characters are counted, not bytes or UTF-16 units.
  strings(['é'.repeat(17)], 'é'.repeat(16), `${'é'.repeat(15)}ê`),
  strings([`${'a'.repeat(15)}😀😀`], `${'a'.repeat(15)}😀`, `${'a'.repeat(15)}😁`),
  // No character comes after the last, so the one before it is raised; and none is between D7FF and E000.
  strings([`a${last.repeat(16)}`], `a${last.repeat(15)}`, 'b'),
  strings([last.repeat(17)], last.repeat(16), undefined),
  strings([`${'a'.repeat(15)}\ud7ff!`], `${'a'.repeat(15)}\ud7ff`, `${'a'.repeat(15)}\ue000`),
  // UTF-8 puts U+FFFD before an emoji, UTF-16 after it.
  strings(['\ufffd', '😀', 'z'], 'z', '😀'),
  strings(['z'.repeat(300), 'y'.repeat(300)], 'y'.repeat(16), `${'z'.repeat(15)}{`),
  {
    type: 'uuid',
    values: ["'00000000-0000-0000-0000-000000000001'", "'80000000-0000-0000-0000-000000000000'"],
    lower: '00000000000000000000000000000001',
    upper: '80000000000000000000000000000000',
  },
  { type: 'binary', values: ["''", "'\\xFF\\x00'"], lower: '', upper: 'ff00' },
  {
    type: 'binary',
    values: [`'\\x01${'\\xFF'.repeat(16)}'`],
    lower: `01${'ff'.repeat(15)}`,
    upper: '02',
  },
  { type: 'binary', values: [`'${'\\xFF'.repeat(17)}'`], lower: 'ff'.repeat(16), upper: undefined },
]

function microseconds(value: bigint): string {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes.toString('hex')
}

function days(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes.toString('hex')
}
