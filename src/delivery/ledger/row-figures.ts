import type { DuckDBConnection } from '@duckdb/node-api'
import { literal } from '../../lake/types/duckdb-type.ts'
import type { OffsetRange } from './offset-ranges.ts'

/** What the data files say of one partition of one source. */
export interface RowFigures {
  readonly source: string
  readonly partition: number
  readonly rows: bigint
  readonly distinct: bigint
  readonly first: bigint
  readonly last: bigint
}

/** Recounts every row that came from a stream; `table` is `TableFiles.rows`. */
export async function countFigures(
  connection: DuckDBConnection,
  table: string | undefined,
): Promise<readonly RowFigures[]> {
  if (table === undefined) return []
  const reader = await connection.runAndReadAll(
    `SELECT _source, _source_partition, count(*), count(DISTINCT _offset), min(_offset), max(_offset)
     FROM ${table} WHERE _source IS NOT NULL GROUP BY ALL ORDER BY ALL`,
  )
  return reader.getRows().map(([source, partition, rows, distinct, first, last]) => ({
    source: String(source),
    partition: Number(partition),
    rows: BigInt(rows as bigint),
    distinct: BigInt(distinct as bigint),
    first: BigInt(first as bigint),
    last: BigInt(last as bigint),
  }))
}

/** The offsets that are there more than once, the first few. */
export async function findDuplicates(
  connection: DuckDBConnection,
  table: string,
  { source, partition }: RowFigures,
): Promise<readonly string[]> {
  const reader = await connection.runAndReadAll(
    `SELECT _offset::VARCHAR FROM ${table} WHERE _source = ${literal(source)} AND _source_partition = ${partition}
     GROUP BY _offset HAVING count(*) > 1 ORDER BY _offset LIMIT 10`,
  )
  return reader.getRows().map(([offset]) => String(offset))
}

/** Runs of consecutive offsets in `[0, next)` that no row has. */
export async function findHoles(
  connection: DuckDBConnection,
  table: string | undefined,
  { source, partition, next }: { readonly source: string; readonly partition: number; readonly next: bigint },
): Promise<readonly OffsetRange[]> {
  if (next === 0n) return []
  const rows =
    table === undefined
      ? ''
      : `SELECT _offset AS o FROM ${table} WHERE _source = ${literal(source)} AND _source_partition = ${partition} UNION ALL`
  const reader = await connection.runAndReadAll(
    `SELECT before + 1, o FROM (SELECT o, lag(o, 1, -1::BIGINT) OVER (ORDER BY o) AS before FROM (${rows} SELECT ${next}::BIGINT AS o))
     WHERE o - before > 1 AND o <= ${next} ORDER BY o`,
  )
  return reader.getRows().map(([start, end]) => ({ from: BigInt(start as bigint), to: BigInt(end as bigint) }))
}
