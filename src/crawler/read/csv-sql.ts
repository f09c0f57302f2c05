import { identifier, literal } from '../../lake/types/duckdb-type.ts'
import type { FileShape } from '../crawled-table.ts'
import { textSql } from './text-sql.ts'
import type { ShapeSql } from './shape-sql.ts'

/** A name that no column has. */
const fileName = 'weir:file'

/**
 * CSV with everything as text, turned into values by `textSql`. A record with more or fewer fields fails the query, and so do quotes that
 * are not closed.
 */
export function csvSql(shape: Extract<FileShape, { format: 'csv' }>, paths: readonly string[]): ShapeSql {
  const columns = shape.columns.map(({ name }) => `${literal(name)}: 'VARCHAR'`)
  const options = [
    'auto_detect = false',
    `header = ${shape.header}`,
    `delim = ${literal(shape.delimiter)}`,
    `quote = ${literal(shape.quote)}`,
    `escape = ${literal(shape.quote)}`,
    `nullstr = [${(shape.nullValues.length > 0 ? shape.nullValues : ['']).map(literal).join(', ')}]`,
    'allow_quoted_nulls = false',
    'strict_mode = true',
    'hive_partitioning = false',
    `compression = ${literal(shape.compression)}`,
    `filename = ${literal(fileName)}`,
    `columns = {${columns.join(', ')}}`,
  ]
  return {
    from: `read_csv([${paths.map(literal).join(', ')}], ${options.join(', ')})`,
    value: ({ name }, type) => textSql(identifier(name), type, { column: name, file: identifier(fileName) }),
  }
}
