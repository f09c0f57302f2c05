import { identifier, literal } from '../../lake/types/duckdb-type.ts'
import type { Finding } from '../finding.ts'
import { icebergTypeOf } from './iceberg-type-of.ts'
import { namesProblem } from './names-problem.ts'

/** Asks DuckDB; rows as JSON has them. */
export type QueryRows = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** What a Parquet file says of itself at its end: columns, types and rows are exact. */
export async function lookAtParquet(path: string, query: QueryRows): Promise<Finding> {
  const file = literal(path)
  const described = await query(`DESCRIBE SELECT * FROM read_parquet(${file}, hive_partitioning = false)`)
  const [counted] = await query(`SELECT num_rows FROM parquet_file_metadata(${file})`)
  const columns = described.map((row) => {
    const physical = String(row['column_type'])
    return { name: String(row['column_name']), physical, type: icebergTypeOf(physical) }
  })
  const unknown = columns.find(({ type }) => type === undefined)
  if (unknown) {
    const detail = `the column ${identifier(unknown.name)} is ${unknown.physical}, which has no type of a table. Write it as another type, or exclude the file`
    return { kind: 'left out', reason: 'unreadable', detail }
  }
  return (
    namesProblem(columns.map(({ name }) => name)) ?? {
      kind: 'readable',
      shape: { format: 'parquet', columns: columns.map((column) => ({ ...column, type: column.type! })) },
      why: ['Parquet: columns and types are those of its footer'],
      typeReasons: [],
      rows: Number(counted?.['num_rows']),
      isWhole: true,
      misfits: [],
    }
  )
}
