/** Which rows are meant, as it stands in the address of the page. */
export interface RowFilter {
  readonly column: string
  readonly operator: Operator
  readonly value: string
}

/** As people read them. */
export const operators = {
  eq: '=',
  ne: '≠',
  lt: '<',
  le: '≤',
  gt: '>',
  ge: '≥',
  has: 'contains',
  begins: 'begins with',
  null: 'is null',
  set: 'is not null',
} as const

export type Operator = keyof typeof operators

export interface RowQuery {
  /** A snapshot, a branch or tag; the table as it is without it. */
  readonly at?: string | undefined
  readonly filters: readonly RowFilter[]
  /** `-name` is descending. */
  readonly sort?: string | undefined
  /** From 0. */
  readonly page: number
}

export interface TypedColumn {
  readonly column: string
  readonly type: string
}

export const rowsOfPage = 500
/** Further in, a filter finds more than leafing. */
export const pagesMax = 200

/** What a column of this type can be asked. */
export function operatorsOf(type: string): readonly Operator[] {
  if (/^(struct|list|map|variant|unknown)\b/.test(type)) return ['null', 'set']
  const compared = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const
  return type === 'string' ? [...compared, 'has', 'begins', 'null', 'set'] : [...compared, 'null', 'set']
}

export function takesValue(operator: Operator): boolean {
  return operator !== 'null' && operator !== 'set'
}

/** Why a filter cannot be asked; undefined when it can. */
export function problemOf({ column, operator, value }: RowFilter, columns: readonly TypedColumn[]): string | undefined {
  const type = columns.find((one) => one.column === column)?.type
  if (type === undefined) return `There is no column ${column}.`
  if (!operatorsOf(type).includes(operator)) return `${column} is a ${type}: ${operators[operator]} is not asked of it.`
  if (!takesValue(operator) || literalOf(type, value) !== undefined) return undefined
  return `${value === '' ? 'Nothing' : value} is no ${type}; write it like ${examples[baseOf(type)] ?? 'text'}.`
}

/** One row more than a page has, so that the last page is known. `table` is SQL. */
export function rowsSql(table: string, columns: readonly TypedColumn[], query: RowQuery): string {
  const { page } = query
  const offset = page > 0 ? ` offset ${page * rowsOfPage}` : ''
  return `select * from ${sourceOf(table, columns, query)}${orderOf(columns, query.sort)} limit ${rowsOfPage + 1}${offset}`
}

export function countSql(table: string, columns: readonly TypedColumn[], query: RowQuery): string {
  return `select count(*) as rows from ${sourceOf(table, columns, query)}`
}

function sourceOf(table: string, columns: readonly TypedColumn[], { at, filters }: RowQuery): string {
  const moment = at === undefined ? '' : ` at (version => ${/^\d+$/.test(at) ? at : quoteText(at)})`
  const conditions = filters.flatMap((filter) => conditionOf(filter, columns) ?? [])
  return `${table}${moment}${conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`}`
}

/**
 * By the column, and by all others where it is the same: pages have no row twice and none left out, for rows that are the same
 * in every column are one as good as the other.
 */
function orderOf(columns: readonly TypedColumn[], sort: string | undefined): string {
  if (sort === undefined) return ''
  const name = sort.replace(/^-/, '')
  if (!columns.some(({ column }) => column === name)) return ''
  const others = columns.filter(({ column }) => column !== name).map(({ column }) => quoteColumn(column))
  return ` order by ${[`${quoteColumn(name)}${sort.startsWith('-') ? ' desc nulls last' : ' nulls first'}`, ...others].join(', ')}`
}

function conditionOf({ column, operator, value }: RowFilter, columns: readonly TypedColumn[]): string | undefined {
  const type = columns.find((one) => one.column === column)?.type
  if (type === undefined || !operatorsOf(type).includes(operator)) return undefined
  const name = quoteColumn(column)
  if (operator === 'null') return `${name} is null`
  if (operator === 'set') return `${name} is not null`
  const literal = literalOf(type, value)
  if (literal === undefined) return undefined
  if (operator === 'has') return `contains(${name}, ${literal})`
  if (operator === 'begins') return `starts_with(${name}, ${literal})`
  return `${name} ${comparisons[operator]} ${literal}`
}

const comparisons = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' } as const

const examples: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  int: '42',
  long: '42',
  float: '1.5',
  double: '1.5',
  decimal: '9.99',
  date: '2026-11-29',
  time: '08:15:00',
  timestamp: '2026-11-29 08:15:00',
  timestamptz: '2026-11-29 08:15:00Z',
  uuid: 'f79c3e09-677c-4bbd-a479-512f87f52b3f',
  binary: '00ff, in hex',
}

const date = String.raw`\d{4}-\d\d-\d\d`
const clock = String.raw`\d\d:\d\d(:\d\d(\.\d{1,6})?)?`
const shapes: Readonly<Record<string, RegExp>> = {
  boolean: /^(true|false)$/,
  int: /^[+-]?\d+$/,
  long: /^[+-]?\d+$/,
  float: /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i,
  double: /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i,
  decimal: /^[+-]?(\d+(\.\d*)?|\.\d+)$/,
  date: new RegExp(`^${date}$`),
  time: new RegExp(`^${clock}$`),
  timestamp: new RegExp(`^${date}([ T]${clock})?$`),
  timestamptz: new RegExp(`^${date}([ T]${clock}(Z|[+-]\\d\\d(:?\\d\\d)?)?)?$`),
  uuid: /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i,
  binary: /^([0-9a-f]{2})+$/i,
}

/** A value as SQL of the column's type: whole numbers keep all their digits. Undefined for what is none of the type. */
function literalOf(type: string, value: string): string | undefined {
  const base = baseOf(type)
  const shape = shapes[base]
  const text = shape === undefined ? value : value.trim()
  if (shape !== undefined && !shape.test(text)) return undefined
  switch (base) {
    case 'boolean':
    case 'int':
    case 'long':
    case 'decimal':
      return text
    case 'float':
    case 'double':
      return `'${text}'::double`
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return `${base} '${text}'`
    case 'uuid':
      return `'${text}'::uuid`
    case 'binary':
      return `'${text.replaceAll(/../g, String.raw`\x$&`)}'::blob`
    default:
      return quoteText(text)
  }
}

function baseOf(type: string): string {
  if (type.startsWith('fixed')) return 'binary'
  return /^[a-z_]+/.exec(type)?.[0].replace(/_ns$/, '') ?? type
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function quoteColumn(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** What the address of a page holds; what is no filter is left out. */
export function rowFiltersOf(value: unknown): readonly RowFilter[] | undefined {
  if (!Array.isArray(value)) return undefined
  const filters = value.flatMap((one: Partial<Record<keyof RowFilter, unknown>> | null): RowFilter[] => {
    const { column, operator, value: text } = one ?? {}
    if (typeof column !== 'string' || typeof operator !== 'string' || !(operator in operators)) return []
    // An address written by hand may have a number there.
    const value = typeof text === 'number' || typeof text === 'boolean' ? String(text) : text
    return [{ column, operator: operator as Operator, value: typeof value === 'string' ? value : '' }]
  })
  return filters.length === 0 ? undefined : filters
}
