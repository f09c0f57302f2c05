/** A column by its Iceberg type, and one value as the kit's digest.py has it in JSON. */
export interface Column {
  readonly name: string
  readonly type: string
}

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value }

/** Each column's value by its name. */
export type Row = Readonly<Record<string, Value>>

/** Of every type that Weir, Spark, Trino and PyIceberg all write (Spark has no time and no uuid). */
export const firstColumns: readonly Column[] = [
  { name: 'id', type: 'long' },
  { name: 'flag', type: 'boolean' },
  { name: 'small', type: 'int' },
  { name: 'single', type: 'float' },
  { name: 'ratio', type: 'double' },
  { name: 'price', type: 'decimal(9, 2)' },
  { name: 'name', type: 'string' },
  { name: 'day', type: 'date' },
  { name: 'at', type: 'timestamp' },
  { name: 'moment', type: 'timestamptz' },
  { name: 'data', type: 'binary' },
  { name: 'tags', type: 'list<string>' },
  { name: 'place', type: 'struct<city: string, lat: double>' },
  { name: 'counts', type: 'map<string, long>' },
]

export type Change =
  | { readonly change: 'add'; readonly column: Column }
  | { readonly change: 'add inside'; readonly parent: string; readonly column: Column }
  | { readonly change: 'rename'; readonly from: string; readonly to: string }
  | { readonly change: 'drop'; readonly name: string }
  | { readonly change: 'widen'; readonly column: Column }

/** What follows the first rows: the source of a partition gets another name, and three columns a wider type. */
export const evolution: readonly Change[] = [
  { change: 'add', column: { name: 'extra', type: 'int' } },
  { change: 'rename', from: 'name', to: 'label' },
  { change: 'drop', name: 'flag' },
  { change: 'widen', column: { name: 'small', type: 'long' } },
  { change: 'widen', column: { name: 'single', type: 'double' } },
  { change: 'widen', column: { name: 'price', type: 'decimal(18, 2)' } },
  { change: 'add inside', parent: 'place', column: { name: 'zip', type: 'int' } },
]

export function changedColumns(columns: readonly Column[], change: Change): readonly Column[] {
  switch (change.change) {
    case 'add':
      return [...columns, change.column]
    case 'rename':
      return columns.map((column) => (column.name === change.from ? { ...column, name: change.to } : column))
    case 'drop':
      return columns.filter(({ name }) => name !== change.name)
    case 'widen':
      return columns.map((column) => (column.name === change.column.name ? change.column : column))
    case 'add inside':
      return columns.map((column) => (column.name === change.parent ? withField(column, change.column) : column))
  }
}

function withField({ name, type }: Column, field: Column): Column {
  return { name, type: type.replace(/>$/, `, ${field.name}: ${field.type}>`) }
}

/** What a row of before is after a change. */
export function changedRow(row: Row, change: Change): Row {
  switch (change.change) {
    case 'add':
      return { ...row, [change.column.name]: null }
    case 'rename': {
      const { [change.from]: value = null, ...rest } = row
      return { ...rest, [change.to]: value }
    }
    case 'drop': {
      const { [change.name]: _, ...rest } = row
      return rest
    }
    case 'widen':
      return row
    case 'add inside': {
      const value = row[change.parent]
      if (value === null || typeof value !== 'object') return row
      return { ...row, [change.parent]: { ...(value as Row), [change.column.name]: null } }
    }
  }
}

/** Few beginnings, so that files of a partition have rows enough for some of them to be deleted. */
const names = ['ash', 'äpfel', 'äpfel, more', 'ash b/c=d%20', 'it’s', '']
const cities = ['ash', '漢字 here', '😀 face', ' blank ', '']

/** The row of a key, in the columns of now: the same whoever writes it. */
export function rowOf(id: number, columns: readonly Column[]): Row {
  const at = `2024-02-1${id % 2}T${String(id % 24).padStart(2, '0')}:30:00.${String((id * 977) % 1_000_000).padStart(6, '0')}`
  const text: Value = id % 9 === 4 ? null : names[id % names.length]!
  const city = cities[id % cities.length]!
  const all: Row = {
    id,
    flag: id % 3 === 0,
    small: id % 6 === 5 ? null : id * 1000 - 20_000,
    single: id / 8 - 1,
    ratio: id % 8 === 7 ? null : id / 3,
    price: `${id % 2 ? '-' : ''}${id}.${String((id * 7) % 100).padStart(2, '0')}`,
    name: text,
    label: text,
    day: `19${String(60 + (id % 40))}-02-${String(1 + (id % 28)).padStart(2, '0')}`,
    at,
    moment: `${at}+00:00`,
    data: Buffer.from([id % 256, 0, 255]).toString('hex'),
    tags: id % 5 === 0 ? [] : [city, null],
    place: { city, lat: id / 4, zip: id * 11 },
    counts: { keys: [`k${id}`], values: [id] },
    extra: id % 4 === 1 ? null : -id,
  }
  return Object.fromEntries(columns.map((column) => [column.name, fitted(all[column.name] ?? null, column.type)]))
}

/** A struct has the fields of its type only. */
function fitted(value: Value, type: string): Value {
  if (!type.startsWith('struct') || value === null) return value
  const fields = [...type.matchAll(/(\w+):/g)].map(([, name]) => name!)
  return Object.fromEntries(fields.map((name) => [name, (value as Row)[name] ?? null]))
}

/** The fields of a struct type, `struct<city: string, lat: double>`. */
export function fieldsOf(type: string): readonly Column[] {
  return [...type.matchAll(/(\w+): (\w+)/g)].map(([, name, inner]) => ({ name: name!, type: inner! }))
}
