import type { DuckDBConnection } from '@duckdb/node-api'
import { literal } from '../../lake/types/duckdb-type.ts'
import type { TableView } from '../table/delivery-table.ts'
import { rowsByPlace } from '../ledger/rows-by-place.ts'

/** Rows of one partition of one source in a snapshot. */
export interface RowCount {
  readonly rows: bigint
  /** The largest offset. */
  readonly last: bigint
  /** Rows in the ranges that were asked for. */
  readonly within: bigint
}

/** Offsets `[from, to)` of one partition, decimal text. */
export interface PlacedRange {
  readonly source: string
  readonly partition: number
  readonly from: string
  readonly to: string
}

/**
 * Rows of the current snapshot by `source/partition`, and how many of them lie in `ranges`, which are apart from each other.
 * Expensive: only where nothing else can tell.
 */
export type CountRows = (view: TableView, ranges?: readonly PlacedRange[]) => Promise<ReadonlyMap<string, RowCount>>

export function rowCounter(connection: DuckDBConnection): CountRows {
  return async (view, ranges = []) => {
    using files = await rowsByPlace(view, connection)
    const { rows } = files
    if (rows === undefined) return new Map()
    const within = ranges.length === 0 ? new Map<string, bigint>() : await countWithin(connection, rows, ranges)
    const reader = await connection.runAndReadAll(
      `SELECT concat(_source, '/', _source_partition), count(*), max(_offset) FROM ${rows}
       WHERE _source IS NOT NULL GROUP BY ALL`,
    )
    return new Map(
      reader.getRows().map(([place, count, last]) => {
        const key = String(place)
        return [key, { rows: BigInt(count as bigint), last: BigInt(last as bigint), within: within.get(key) ?? 0n }]
      }),
    )
  }
}

async function countWithin(
  connection: DuckDBConnection,
  rows: string,
  ranges: readonly PlacedRange[],
): Promise<ReadonlyMap<string, bigint>> {
  const list = ranges.map(({ source, partition, from, to }) => `(${literal(source)}, ${partition}, ${from}, ${to})`)
  const reader = await connection.runAndReadAll(
    `SELECT concat(_source, '/', _source_partition), count(*)
     FROM ${rows} JOIN (VALUES ${list.join(', ')}) AS range(source, part, first, beyond)
     ON _source = source AND _source_partition = part AND _offset >= first AND _offset < beyond GROUP BY ALL`,
  )
  return new Map(reader.getRows().map(([place, count]) => [String(place), BigInt(count as bigint)]))
}
