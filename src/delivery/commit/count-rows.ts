import type { DuckDBConnection } from '@duckdb/node-api'
import { literal } from '../../lake/types/duckdb-type.ts'
import type { TableView } from '../table/delivery-table.ts'

/** Rows of the current snapshot by `source/partition`. Expensive: only where nothing else can tell. */
export type CountRows = (view: TableView) => Promise<ReadonlyMap<string, bigint>>

export function rowCounter(connection: DuckDBConnection): CountRows {
  return async (view) => {
    const { paths: files } = await view.dataFiles()
    if (files.length === 0) return new Map()
    const from = `read_parquet([${files.map(literal).join(', ')}], union_by_name = true)`
    const reader = await connection.runAndReadAll(
      `SELECT _source, _source_partition, count(*) FROM ${from} WHERE _source IS NOT NULL GROUP BY ALL`,
    )
    return new Map(
      reader
        .getRows()
        .map(([source, partition, count]) => [`${String(source)}/${String(partition)}`, BigInt(count as bigint)]),
    )
  }
}
