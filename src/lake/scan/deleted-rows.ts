import { literal } from '../types/duckdb-type.ts'
import { type FileWithDeletes } from './applicable-deletes.ts'
import { deletedPathId, deletedPositionId } from './deleted-fields.ts'
import { rowsByValueSql, type ValueDeletesOptions } from './deleted-by-value.ts'
import type { ScannedFile } from './plan-scan.ts'
import { vectorRowsSql, type FileVector } from './vector-rows.ts'

/**
 * SELECT of `path, pos`: where DuckDB opened a file, and the number of a row in it that is deleted; a row may come more than once.
 * Position deletes count for files that are not younger than they are, deletes by value for older ones.
 */
export function deletedRowsSql(touched: readonly FileWithDeletes[], options: ValueDeletesOptions): string {
  const byVector = touched.filter(({ deletes }) => deletes[0]?.deleted !== undefined)
  const others = touched.filter((one) => !byVector.includes(one))
  const byFile = others.map(withoutAvro).filter(({ deletes }) => deletes.length > 0)
  const vectors = [...byVector.map((one) => vectorOf(one, options)), ...others.flatMap((one) => avroRows(one, options))]
  const byValue = rowsByValueSql(touched, options)
  const parts = [
    ...(byFile.length === 0 ? [] : [rowsOfFilesSql(byFile, options)]),
    ...(vectors.length === 0 ? [] : [vectorRowsSql(vectors)]),
    ...(byValue === undefined ? [] : [byValue]),
  ]
  // Files of deletes in Avro may name no row of these files.
  if (parts.length === 0) return vectorRowsSql([])
  return parts.map((part) => `(${part})`).join(' UNION ALL ')
}

function vectorOf({ file, deletes }: FileWithDeletes, { pathOf }: Pick<ValueDeletesOptions, 'pathOf'>): FileVector {
  return { path: pathOf(file.location), rows: deletes[0]!.deleted! }
}

function withoutAvro({ deletes, ...one }: FileWithDeletes): FileWithDeletes {
  return { ...one, deletes: deletes.filter(({ positions }) => positions === undefined) }
}

/** Of each file of deletes in Avro, the rows of this file of data. */
function avroRows(
  { file, deletes }: FileWithDeletes,
  { pathOf }: Pick<ValueDeletesOptions, 'pathOf'>,
): readonly FileVector[] {
  return deletes.flatMap(({ positions }) => {
    const rows = positions?.get(file.location)
    return rows === undefined ? [] : [{ path: pathOf(file.location), rows }]
  })
}

function rowsOfFilesSql(touched: readonly FileWithDeletes[], { pathOf }: Pick<ValueDeletesOptions, 'pathOf'>): string {
  const deletes = [...new Map(touched.flatMap((one) => one.deletes).map((file) => [file.location, file])).values()]
  const values = (files: readonly ScannedFile[]) =>
    files
      .map(
        ({ location, sequenceNumber }) =>
          `(${literal(location)}, ${literal(pathOf(location))}, ${String(sequenceNumber)}::BIGINT)`,
      )
      .join(', ')
  const named = `{'name': 'file_path', 'type': 'VARCHAR', 'default_value': NULL}`
  const numbered = `{'name': 'pos', 'type': 'BIGINT', 'default_value': NULL}`
  const map = `MAP {${deletedPathId}: ${named}, ${deletedPositionId}: ${numbered}}`
  const read = `read_parquet([${deletes.map(({ location }) => literal(pathOf(location))).join(', ')}], schema = ${map}, filename = 'weir_file')`
  return `SELECT data.path, d.pos FROM ${read} AS d
    JOIN (VALUES ${values(deletes)}) AS source (location, path, sequence) ON source.path = d.weir_file
    JOIN (VALUES ${values(touched.map(({ file }) => file))}) AS data (location, path, sequence)
      ON data.location = d.file_path AND data.sequence <= source.sequence`
}
