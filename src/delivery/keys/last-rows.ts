import type { DuckDBConnection } from '@duckdb/node-api'
import { randomUUID } from 'node:crypto'
import { identifier } from '../../lake/types/duckdb-type.ts'
import type { RecordField } from '../../record/json/record-schema.ts'
import { lastRecordsSql } from '../../sql/snapshot/keyed-rows.ts'
import { digestItems } from './key-digest.ts'

/** What a block does to one partition's part of the table. */
export interface AppliedCount {
  readonly upserts: number
  readonly deletes: number
  readonly superseded: number
}

/** The last record of each key of a block, in a table of the connection. */
export interface LastRows {
  /** Its name: the key columns, `_source_partition`, `_offset`, `_deleted`, and the digest. */
  readonly table: string
  readonly counts: ReadonlyMap<number, AppliedCount>
  readonly upserts: number
  drop(): Promise<void>
}

/**
 * Of each key the last record of each partition, by offset; where partitions have the same key, the later `_timestamp`, then the
 * larger partition (docs/spec/keyed-tables.md, "Which record wins"). `rows` is a SELECT with the columns of a tail.
 */
export async function findLastRows(
  connection: DuckDBConnection,
  rows: string,
  key: readonly RecordField[],
): Promise<LastRows> {
  const table = `last_${randomUUID().replaceAll('-', '')}`
  const names = key.map(({ name }) => name)
  const all = await connection.runAndReadAll(`SELECT _source_partition, count(*) FROM (${rows}) GROUP BY ALL`)
  const last = lastRecordsSql(rows, names, all.currentRowCount === 1 ? 'one partition' : 'several')
  await connection.run(`CREATE TEMP TABLE ${table} AS SELECT *, ${digestItems(key)} FROM (${last})`)
  const kept = await connection.runAndReadAll(
    `SELECT _source_partition, count(*) FILTER (NOT _deleted), count(*) FILTER (_deleted) FROM ${table} GROUP BY ALL`,
  )
  const byPartition = new Map(kept.getRows().map(([partition, ...counts]) => [Number(partition), counts.map(Number)]))
  const counts = new Map(
    all.getRows().map(([partition, records]) => {
      const [upserts = 0, deletes = 0] = byPartition.get(Number(partition)) ?? []
      return [Number(partition), { upserts, deletes, superseded: Number(records) - upserts - deletes }]
    }),
  )
  return {
    table,
    counts,
    upserts: [...counts.values()].reduce((sum, one) => sum + one.upserts, 0),
    drop: async () => void (await connection.run(`DROP TABLE IF EXISTS ${table}`)),
  }
}

/** Of the rows of the block those that the table shall have. */
export function upsertedRows(rows: string, { table }: Pick<LastRows, 'table'>, schema: readonly RecordField[]): string {
  const columns = schema.map(({ name }) => `r.${identifier(name)}`).join(', ')
  return `SELECT ${columns} FROM (${rows}) AS r SEMI JOIN ${table} AS l
    ON r._source_partition = l._source_partition AND r._offset = l._offset WHERE NOT r._deleted`
}

/** Of other rows those whose key the block does not have. */
export function untouchedRows(rows: string, { table }: Pick<LastRows, 'table'>, key: readonly RecordField[]): string {
  const same = key.map(({ name }) => `o.${identifier(name)} = l.${identifier(name)}`).join(' AND ')
  return `SELECT o.* FROM (${rows}) AS o ANTI JOIN ${table} AS l ON ${same}`
}
