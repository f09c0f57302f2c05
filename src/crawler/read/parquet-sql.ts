import { duckdbType, identifier, literal } from '../../lake/types/duckdb-type.ts'
import { parseType } from '../../lake/types/parse-type.ts'
import type { FileShape } from '../crawled-table.ts'
import type { ShapeSql } from './shape-sql.ts'

/** Parquet. Columns that have the table's type already are read as they are, so that DuckDB can leave out row groups. */
export function parquetSql(shape: Extract<FileShape, { format: 'parquet' }>, paths: readonly string[]): ShapeSql {
  const physical = new Map(shape.columns.map((column) => [column.name, column.physical]))
  return {
    from: `read_parquet([${paths.map(literal).join(', ')}], hive_partitioning = false, filename = 'weir:file')`,
    value({ name }, type) {
      const column = identifier(name)
      const found = physical.get(name)!
      // Spark's INT96 and Delta's timestamps are moments in UTC, whatever the file says.
      if (type === 'timestamptz' && found.startsWith('TIMESTAMP') && found !== 'TIMESTAMP WITH TIME ZONE')
        return `timezone('UTC', ${found === 'TIMESTAMP_NS' ? nanosecondsSql(name) : `CAST(${column} AS TIMESTAMP)`})`
      if (found === 'TIMESTAMP_NS') return nanosecondsSql(name)
      const wanted = duckdbType(parseType(type))
      return found.replace('TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ') === wanted
        ? column
        : `CAST(${column} AS ${wanted})`
    },
  }
}

/** Many writers say nanoseconds and mean microseconds: a value with more than those would lose digits. */
function nanosecondsSql(name: string): string {
  const column = identifier(name)
  const said = `concat('WEIR-4020 ', "weir:file", ${literal(`: the column "${name}" is timestamp, but a value has nanoseconds: `)}, CAST(${column} AS VARCHAR))`
  return `CASE WHEN ${column} IS NULL THEN NULL WHEN epoch_ns(${column}) % 1000 = 0 THEN CAST(${column} AS TIMESTAMP) ELSE CAST(error(${said}) AS TIMESTAMP) END`
}
