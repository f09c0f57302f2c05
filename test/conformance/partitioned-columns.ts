/** A column's values, as DuckDB's SQL, and how its table is partitioned. */
export interface PartitionedColumn {
  readonly type: string
  readonly transform: string
  readonly values: readonly string[]
}

const days = ["'0001-01-01'", "'1899-12-31'", "'1969-12-31'", "'1970-01-01'", "'2024-02-29'", "'9999-12-31'"]
const moments = [
  ...days.map((day) => day.replace(/'$/, " 00:00:00'")),
  "'1969-12-31 23:59:59.999999'",
  "'1969-12-31 22:59:59'",
  "'2024-12-31 23:30:00'",
  "'9999-12-31 23:59:59.999999'",
]
const zoned = moments.map((moment) => moment.replace(/'$/, "+00'"))
// Below the least number truncation differs between engines: transform.test.ts.
const whole = ['-2147483640', '-11', '-10', '-1', '0', '9', '10', '2147483640']
const decimals = ['-1234567.89', '-0.51', '-0.50', '-0.01', '0', '0.49', '0.50', '1234567.89']
const texts = ["''", "'a'", "'ab'", "'abc'", "'😀é漢'", "'a/b=c%20'", "'ü'", `'${'x'.repeat(300)}'`]
const bytes = ["''", "'\\x00'", "'\\xFF\\x00\\x01'", "'\\x00\\x00'"]
const uuids = ["'00000000-0000-0000-0000-000000000001'", "'ffffffff-ffff-4fff-bfff-ffffffffffff'"]

const of = (type: string, values: readonly string[], ...transforms: readonly string[]): readonly PartitionedColumn[] =>
  transforms.map((transform) => ({ type, transform, values }))

/** Each transform that Weir writes over each type that it takes, before and after the epoch, below and above zero. */
export const partitionedColumns: readonly PartitionedColumn[] = [
  ...of('date', days, 'identity', 'year', 'month', 'day'),
  ...of('timestamp', moments, 'identity', 'year', 'month', 'day', 'hour'),
  ...of('timestamptz', zoned, 'identity', 'year', 'month', 'day', 'hour'),
  ...of('int', whole, 'identity', 'truncate[10]', 'truncate[7]'),
  ...of('long', [...whole, '9223372036854775807'], 'identity', 'truncate[10]'),
  ...of('decimal(9,2)', decimals, 'identity', 'truncate[50]'),
  ...of('decimal(38,10)', decimals, 'identity', 'truncate[3]'),
  ...of('string', texts, 'identity', 'truncate[2]'),
  ...of('binary', bytes, 'identity', 'truncate[1]'),
  ...of('boolean', ['true', 'false'], 'identity'),
  ...of('time', ["'00:00:00'", "'23:59:59.999999'"], 'identity'),
  // PyIceberg 0.12 reads a double in a partition with the digits of a float.
  ...of('double', ["'-0.5'", '0.25', "'inf'"], 'identity'),
  ...of('float', ['0.1', '1e-40'], 'identity'),
  ...of('uuid', uuids, 'identity', 'bucket[5]'),
  ...of('date', days, 'bucket[7]'),
  ...of('time', ["'00:00:00'", "'12:34:56.789'", "'23:59:59.999999'"], 'bucket[7]'),
  ...of('timestamp', moments, 'bucket[16]'),
  ...of('timestamptz', zoned, 'bucket[16]'),
  ...of('int', [...whole, '-2147483648'], 'bucket[16]'),
  ...of('long', [...whole, '9223372036854775807', '-9223372036854775808'], 'bucket[16]', 'bucket[2147483647]'),
  ...of('decimal(9,2)', [...decimals, '1.27', '1.28', '-1.28', '-1.29', '327.67', '327.68'], 'bucket[100]'),
  ...of(
    'decimal(38,10)',
    [...decimals, `${'9'.repeat(28)}.9999999999`, `-${'9'.repeat(28)}.9999999999`],
    'bucket[100]',
  ),
  ...of('string', [...texts, "'a' || chr(0)", "'abcd'", "'abcde'"], 'bucket[100]'),
  ...of('binary', [...bytes, "'\\x00\\x00\\x00\\x00\\xFF'"], 'bucket[100]'),
]
