import { seededRandom, type Random } from '../support/seeded-random.ts'

/** A table of every type that JSON, PyIceberg and Spark have in common (Spark has no time), partitioned by four transforms. */
export const readingProject = `import { defineProject, delivery, stream, table } from 'weir-data'
const s = stream('s', { partitions: 3 })
const t = table('t', {
  columns: {
    id: { type: 'long', required: true },
    flag: { type: 'boolean' },
    small: { type: 'int' },
    ratio: { type: 'double' },
    single: { type: 'float' },
    price: { type: 'decimal(12,2)' },
    wide: { type: 'decimal(38,10)' },
    name: { type: 'string' },
    day: { type: 'date' },
    at: { type: 'timestamp' },
    moment: { type: 'timestamptz' },
    key: { type: 'uuid' },
    data: { type: 'binary' },
    tags: { type: 'list<string>' },
    place: { type: 'struct<city: string, lines: list<int>>' },
    counts: { type: 'map<string, long>' },
  },
  partitionBy: ['year(day)', 'month(moment)', 'truncate(name, 1)', 'flag'],
})
const d = delivery('d', { from: s, to: t, onNewField: 'add column' })
export default defineProject({ name: 'readers', resources: [s, t, d] })
`

const names = ['', 'ash', 'äpfel', 'b/c=d%20', '漢字', '😀 face', '"quoted"', 'nul\u0000', '..', 'null', ' blank ']
const doubles = [0, -0.5, 0.1, 1e300, -1e-300, 123456789.123, 5e-324, 1e21, 2 ** 53]
const singles = [0, 0.5, -1.25, 0.1, 16777216, 3e38, 1e-40]

/** Rows as JSON texts; each field but the key is null or absent now and then. The second generation has one field more. */
export function readingRows(generation: number, count: number): readonly string[] {
  const random = seededRandom(generation)
  return Array.from({ length: count }, (_, index) => {
    const fields = Object.entries({
      ...scalars(random),
      ...nested(random),
      ...(generation > 1 && { added: index % 7 }),
    })
    const members = fields.flatMap(([name, value]) =>
      random.chance(0.05) ? [] : [`"${name}": ${random.chance(0.1) ? 'null' : asJson(name, value)}`],
    )
    return `{${[`"id": ${BigInt(generation) * 4_000_000_000_000_000_000n + BigInt(index)}`, ...members].join(', ')}}`
  })
}

function scalars(random: Random): Record<string, unknown> {
  const digits = (length: number): string => String(random.pick(10 ** length)).padStart(length, '0')
  const date = `${2020 + random.pick(3)}-0${1 + random.pick(2)}-${String(1 + random.pick(28)).padStart(2, '0')}`
  const far = random.oneOf(['0001-01-01', '1582-10-10', '1899-12-31', '1969-12-31', '9999-12-31', date])
  const time = `${String(random.pick(24)).padStart(2, '0')}:00:${String(random.pick(60)).padStart(2, '0')}.${digits(6)}`
  return {
    flag: random.chance(0.5),
    small: random.oneOf([-2147483648, 2147483647, 0, random.pick(1000)]),
    ratio: random.oneOf([...doubles, random.next()]),
    single: random.oneOf(singles),
    price: `${random.chance(0.5) ? '-' : ''}1${digits(9)}.${digits(2)}`,
    wide: `1${digits(9)}${digits(9)}${digits(9)}.${digits(9)}`,
    name: random.oneOf(names),
    day: random.chance(0.9) ? date : far,
    at: `${far}T${time}`,
    moment: `${random.oneOf(['2024-02-29', '1969-12-31', '2024-12-31'])}T${time}${random.oneOf(['Z', '+02:00', '-05:30'])}`,
    key: `${digits(8)}-${digits(4)}-${digits(4)}-abcd-${digits(12)}`,
    data: Buffer.from(digits(random.pick(12) + 1).slice(1)).toString('base64'),
  }
}

function nested(random: Random): Record<string, unknown> {
  const list = <T>(of: () => T): readonly T[] => Array.from({ length: random.pick(4) }, of)
  return {
    tags: list(() => random.oneOf([...names, null])),
    place: { city: random.oneOf([...names, null]), lines: random.oneOf([null, list(() => random.pick(100))]) },
    // One entry at most: the order of more is each engine's own.
    counts: random.chance(0.3) ? {} : { [random.oneOf(names)]: random.oneOf([null, random.pick(9)]) },
  }
}

function asJson(name: string, value: unknown): string {
  return name === 'price' || name === 'wide' ? `"${value as string}"` : JSON.stringify(value)
}

const moment = (column: string): string => `strftime(make_timestamp(epoch_us(${column})), '%Y-%m-%dT%H:%M:%S.%f')`
const plain = ['id', 'flag', 'small', 'ratio', 'name', 'tags', 'place', 'added', '_source_partition', '_offset']
const columns: Readonly<Record<string, string>> = {
  ...Object.fromEntries(plain.map((name) => [name, name])),
  single: 'single::double',
  price: 'price::varchar',
  wide: 'wide::varchar',
  day: "strftime(day, '%Y-%m-%d')",
  at: moment('at'),
  moment: `${moment('moment')} || '+00:00'`,
  key: 'key::varchar',
  data: 'lower(hex(data))',
  counts: `case when counts is null then null else json_object('keys', map_keys(counts), 'values', map_values(counts)) end`,
  _source: '_source::varchar',
  _timestamp: `${moment('_timestamp')} || '+00:00'`,
}
const members = Object.entries(columns).map(([name, value]) => `'${name}', ${value}`)

/** Each row as one line in the form that the kit's digest.py defines. */
export const digestQuery = `select json_object(${members.join(', ')})::varchar from t`
