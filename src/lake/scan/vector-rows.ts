import { blockRows, inOrder, type Positions } from '../puffin/positions.ts'
import { literal } from '../types/duckdb-type.ts'

/** A file as DuckDB opened it, and rows of it. */
export interface FileVector {
  readonly path: string
  readonly rows: Positions
}

/**
 * Paths as DuckDB opened them (`path`) and numbers of rows (`pos`) that vectors name, as a query. Vectors are part of the statement: 8 KB
 * at most for 65,536 rows.
 */
export function vectorRowsSql(files: readonly FileVector[]): string {
  const blocks = files.flatMap(({ path, rows }) =>
    Array.from(rows, ([block, bits]) => {
      const { first, bytes } = trimmed(bits)
      return `(${literal(path)}, ${block * blockRows + 8 * first}::BIGINT, from_base64(${literal(mirrored(bytes).toString('base64'))})::BIT)`
    }),
  )
  if (blocks.length === 0) return `SELECT NULL::VARCHAR AS path, NULL::BIGINT AS pos WHERE false`
  return `SELECT path, start + bit AS pos FROM
    (SELECT path, start, bits, unnest(range(bit_length(bits))) AS bit FROM (VALUES ${blocks.join(', ')}) AS v (path, start, bits))
    WHERE get_bit(bits, bit::INT) = 1`
}

/**
 * The blocks of the numbers of rows that a query gives in a column `pos`, each a number once or more, for each value of a further column:
 * what `positionsOfBlocks` reads.
 */
export function blocksSql(positions: string, by?: string): string {
  return `SELECT ${by === undefined ? '' : `${by}, `}(pos // ${blockRows})::DOUBLE AS block, base64(bitstring_agg((pos % ${blockRows})::INT, 0, ${blockRows - 1})::BLOB) AS bits
    FROM (${positions}) GROUP BY ALL`
}

export function positionsOfBlocks(rows: readonly Readonly<Record<string, unknown>>[]): Positions {
  return inOrder(new Map(rows.map(({ block, bits }) => [Number(block), mirrored(Buffer.from(String(bits), 'base64'))])))
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
