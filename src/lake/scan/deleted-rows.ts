import { literal } from '../types/duckdb-type.ts'
import type { Field, Schema } from '../types/type.ts'
import { type FileWithDeletes } from './applicable-deletes.ts'
import { deletedPathId, deletedPositionId } from './deleted-fields.ts'
import { rowsByValueSql, type ValueDeletesOptions } from './deleted-by-value.ts'
import { fileRowsSql } from './file-rows.ts'
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

const deletedRow: readonly Field[] = [
  { id: deletedPathId, name: 'file_path', required: true, type: 'string' },
  { id: deletedPositionId, name: 'pos', required: true, type: 'long' },
]

function rowsOfFilesSql(touched: readonly FileWithDeletes[], { pathOf }: Pick<ValueDeletesOptions, 'pathOf'>): string {
  const deletes = [...new Map(touched.flatMap((one) => one.deletes).map((file) => [file.location, file])).values()]
  const isOne = touched.length === 1
  const schema: Schema = { type: 'struct', 'schema-id': 0, fields: deletedRow }
  const files = deletes.map(({ location }) => ({ path: pathOf(location) }))
  const read = `(${fileRowsSql(files, { schema, schemas: [], isNumbered: !isOne })}) AS d`
  const [path, position] = [`d.c${deletedPathId}`, `d.c${deletedPositionId}`]
  if (isOne) {
    // All of them are for this file.
    const { location } = touched[0]!.file
    return `SELECT ${literal(pathOf(location))} AS path, ${position} AS pos FROM ${read} WHERE ${path} = ${literal(location)}`
  }
  const values = (rows: readonly ScannedFile[]) =>
    rows
      .map(
        ({ location, sequenceNumber }) =>
          `(${literal(location)}, ${literal(pathOf(location))}, ${String(sequenceNumber)}::BIGINT)`,
      )
      .join(', ')
  return `SELECT data.path, ${position} AS pos FROM ${read}
    JOIN (VALUES ${values(deletes)}) AS source (location, path, sequence) ON source.path = d.weir_file
    JOIN (VALUES ${values(touched.map(({ file }) => file))}) AS data (location, path, sequence)
      ON data.location = ${path} AND data.sequence <= source.sequence`
}
