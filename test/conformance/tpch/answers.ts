import type { DuckDBConnection } from '@duckdb/node-api'
import type pg from 'pg'
import type { TpchQuery } from './queries.ts'

/** Rows of a result as texts, columns by their names. */
export interface Answer {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

export async function answerOfDuckdb(db: DuckDBConnection, sql: string): Promise<Answer> {
  const reader = await db.runAndReadAll(sql)
  const rows = reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))))
  return { columns: reader.columnNames(), rows }
}

/** As PostgreSQL's text format has the values. */
export async function answerOfPostgres(client: pg.Client, sql: string): Promise<Answer> {
  const asText = { getTypeParser: () => (value: string | Buffer) => String(value) }
  const result = await client.query<(string | null)[]>({
    text: sql,
    rowMode: 'array',
    types: asText as unknown as pg.CustomTypesConfig,
  })
  return { columns: result.fields.map(({ name }) => name), rows: result.rows }
}

/** Quotients and averages: engines keep from six digits after the point to all that a double has. */
const tolerance = 1e-6

/** What differs between an answer and the one expected, in words; undefined when they agree. */
export function difference(query: TpchQuery, answer: Answer, expected: Answer): string | undefined {
  const names = (columns: readonly string[]) => columns.map((name) => name.toLowerCase()).join(', ')
  if (names(answer.columns) !== names(expected.columns))
    return `columns ${names(answer.columns)} instead of ${names(expected.columns)}`
  if (answer.rows.length !== expected.rows.length)
    return `${answer.rows.length} rows instead of ${expected.rows.length}`
  const keys = query.orderBy.map((name) => expected.columns.indexOf(name))
  const rounded = new Set(query.rounded.map((name) => expected.columns.indexOf(name)))
  const keyOf = (row: Answer['rows'][number]) => keys.map((at) => plain(row[at]!)).join(' | ')
  // In the order that the query asks for; among equals in that, in an order of ours.
  for (const [at, row] of expected.rows.entries())
    if (keyOf(row) !== keyOf(answer.rows[at]!))
      return `row ${at + 1} is ${keyOf(answer.rows[at]!)} instead of ${keyOf(row)}`
  const [ours, theirs] = [sorted(answer.rows, rounded), sorted(expected.rows, rounded)]
  for (const [at, row] of theirs.entries())
    for (const [column, value] of row.entries())
      if (!equal(ours[at]![column] ?? null, value, rounded.has(column)))
        return `${expected.columns[column]} is ${ours[at]![column]} instead of ${value}, in the row ${row.join(' | ')}`
  return undefined
}

function sorted(rows: Answer['rows'], without: ReadonlySet<number>): Answer['rows'] {
  const key = (row: Answer['rows'][number]) => JSON.stringify(row.filter((_, at) => !without.has(at)).map(plain))
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}

function equal(value: string | null, expected: string | null, isRounded: boolean): boolean {
  if (!isRounded || value === null || expected === null) return plain(value) === plain(expected)
  return Math.abs(Number(value) - Number(expected)) <= tolerance * Math.max(1, Math.abs(Number(expected)))
}

/** A number without zeros at its end: engines differ in the scale that a sum of decimals has. */
function plain(value: string | null): string | null {
  return value !== null && /^-?\d+\.\d+$/.test(value) ? value.replace(/\.?0+$/, '') : value
}
