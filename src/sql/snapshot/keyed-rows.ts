import { scanSql } from '../../lake/scan/scan-sql.ts'
import { identifier } from '../../lake/types/duckdb-type.ts'
import type { Field, Schema } from '../../lake/types/type.ts'
import type { TailReport } from '../engine-host.ts'
import type { TailRows } from './tail-rows.ts'

/** In segments of a table with a key (`TailReport.key`): Iceberg's reserved name and id, which no column has. */
const deletedColumn: Field = { id: 2147483644, name: '_deleted', required: false, type: 'boolean' }

/** The key of a table whose tails change rows; undefined for one that is appended to. */
export function keyOfTails(tails: readonly TailReport[]): readonly string[] | undefined {
  return tails.find(({ key }) => key !== undefined)?.key
}

/**
 * A SELECT of the last record of each key: the key columns, where it is, and `_deleted`. Of one partition by offset; of several the
 * later `_timestamp`, then the larger partition (docs/spec/keyed-tables.md, "Which record wins"). `rows` has the columns of a tail.
 */
export function lastRecordsSql(
  rows: string,
  key: readonly string[],
  partitions: 'one partition' | 'several' = 'several',
): string {
  const names = key.map(identifier).join(', ')
  const each = `SELECT ${names}, _source, _source_partition, max(_offset) AS _offset, arg_max(_deleted, _offset) AS _deleted,
      arg_max(epoch_us(_timestamp), _offset) AS _at
    FROM (${rows}) GROUP BY ${names}, _source, _source_partition`
  const items = `${names}, _source, _source_partition, _offset, _deleted`
  if (partitions === 'one partition') return `SELECT ${items} FROM (${each})`
  return `SELECT ${items} FROM (${each})
    QUALIFY row_number() OVER (PARTITION BY ${names} ORDER BY _at DESC NULLS LAST, _source_partition DESC, _source) = 1`
}

export interface KeyedTail {
  readonly key: readonly string[]
  readonly schema: Schema
  /** All that the table keeps. */
  readonly schemas: readonly Schema[]
  readonly tail: readonly TailRows[]
  readonly pathOf: (segment: string) => string
}

/** SELECT of the rows of a snapshot (`live`) with those of the tail in the place of rows with the same key (INV-K5). */
export function keyedRowsSql(live: string, { key, schema, schemas, tail, pathOf }: KeyedTail): string {
  const tailSchema = { ...schema, fields: [...schema.fields, deletedColumn] }
  const parts = tail.map(({ segments, condition }) => {
    const rows = `SELECT * FROM (${scanSql(tailSchema, segments.map(pathOf), schemas)})`
    return condition === undefined ? rows : `${rows} WHERE ${condition}`
  })
  const same = (names: readonly string[], of: string): string =>
    names.map((name) => `${of}.${identifier(name)} = changed.${identifier(name)}`).join(' AND ')
  const columns = schema.fields.map(({ name }) => `recent.${identifier(name)}`).join(', ')
  return `WITH recent AS (${parts.join(' UNION ALL ')}), changed AS (${lastRecordsSql('SELECT * FROM recent', key)})
    SELECT live.* FROM (${live}) AS live ANTI JOIN changed ON ${same(key, 'live')}
    UNION ALL BY NAME
    SELECT ${columns} FROM recent SEMI JOIN changed ON ${same(['_source', '_source_partition', '_offset'], 'recent')}
    WHERE NOT recent._deleted`
}
