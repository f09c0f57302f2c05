import { blockRows } from '../puffin/positions.ts'
import { literal } from '../types/duckdb-type.ts'
import { deletedPathId, deletedPositionId, type FileWithDeletes } from './applicable-deletes.ts'
import { rowsByValueSql, type ValueDeletesOptions } from './deleted-by-value.ts'
import type { ScannedFile } from './plan-scan.ts'

/**
 * SELECT of `path, pos`: where DuckDB opened a file, and the number of a row in it that is deleted; a row may come more than once.
 * Position deletes count for files that are not younger than they are, deletes by value for older ones.
 */
export function deletedRowsSql(touched: readonly FileWithDeletes[], options: ValueDeletesOptions): string {
  const byVector = touched.filter(({ deletes }) => deletes[0]?.deleted !== undefined)
  const byFile = touched.filter((one) => one.deletes.length > 0 && !byVector.includes(one))
  const byValue = rowsByValueSql(touched, options)
  const parts = [
    ...(byFile.length === 0 ? [] : [rowsOfFilesSql(byFile, options)]),
    ...(byVector.length === 0 ? [] : [rowsOfVectorsSql(byVector, options)]),
    ...(byValue === undefined ? [] : [byValue]),
  ]
  return parts.map((part) => `(${part})`).join(' UNION ALL ')
}

/** Vectors are part of the statement: 8 KB at most for 65,536 rows. */
function rowsOfVectorsSql(
  touched: readonly FileWithDeletes[],
  { pathOf }: Pick<ValueDeletesOptions, 'pathOf'>,
): string {
  const blocks = touched.flatMap(({ file, deletes }) =>
    Array.from(deletes[0]!.deleted!, ([block, bits]) => {
      const { first, bytes } = trimmed(bits)
      return `(${literal(pathOf(file.location))}, ${block * blockRows + 8 * first}::BIGINT, from_base64(${literal(mirrored(bytes).toString('base64'))})::BIT)`
    }),
  )
  if (blocks.length === 0) return `SELECT NULL::VARCHAR AS path, NULL::BIGINT AS pos WHERE false`
  return `SELECT path, start + bit AS pos FROM
    (SELECT path, start, bits, unnest(range(bit_length(bits))) AS bit FROM (VALUES ${blocks.join(', ')}) AS v (path, start, bits))
    WHERE get_bit(bits, bit::INT) = 1`
}

/** Without the bytes before the first bit and after the last. */
function trimmed(bits: Buffer): { readonly first: number; readonly bytes: Buffer } {
  const first = bits.findIndex((byte) => byte !== 0)
  return { first, bytes: bits.subarray(first, bits.findLastIndex((byte) => byte !== 0) + 1) }
}

/** DuckDB's bits have the highest of a byte first. */
function mirrored(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => mirrors[byte]!))
}

const mirrors = Uint8Array.from({ length: 256 }, (_, byte) =>
  [0, 1, 2, 3, 4, 5, 6, 7].reduce((mirror, bit) => mirror | (((byte >> bit) & 1) << (7 - bit)), 0),
)

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
