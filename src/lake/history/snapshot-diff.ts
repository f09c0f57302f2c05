import { ancestors } from '../metadata/read.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { identifier } from '../types/duckdb-type.ts'
import type { Field, Schema } from '../types/type.ts'
import { findSnapshot, type Moment } from './find-snapshot.ts'
import { schemaDifference, type ColumnDifference } from './schema-difference.ts'
import { changesOf, type SnapshotChanges } from './table-history.ts'
import { rowsAt } from './rows-at.ts'

export interface SnapshotDiff {
  readonly from: DiffEnd
  readonly to: DiffEnd
  /** Of the snapshots between, the ways back counted the other way round; null when some of them have expired. */
  readonly changes: Omit<SnapshotChanges, 'operation'> | null
  /** Snapshots between, both ways: by operation. */
  readonly operations: Readonly<Record<string, number>>
  readonly columns: readonly ColumnDifference[]
  /** A query for the rows themselves, the column `_change` says which way. */
  readonly sql: string
}

export interface DiffEnd {
  readonly snapshot: string
  readonly at: number
  readonly rows: number | null
}

/** What lies between two snapshots, by metadata alone. `WEIR-4010` where one is not there. */
export function snapshotDiff(
  metadata: TableMetadata,
  table: { readonly namespace: string; readonly name: string },
  { from, to }: { readonly from: Moment; readonly to: Moment },
): SnapshotDiff {
  const name = `${table.namespace}.${table.name}`
  const [before, after] = [findSnapshot(metadata, from, name), findSnapshot(metadata, to, name)]
  const steps = stepsBetween(metadata, before.snapshot, after.snapshot)
  return {
    from: endOf(before.snapshot),
    to: endOf(after.snapshot),
    changes: steps && sumOf(steps),
    operations: countBy((steps ? [...steps.back, ...steps.forth] : []).map((one) => changesOf(one).operation)),
    columns: schemaDifference(before.schema, after.schema),
    sql: rowsSql(table, before.schema, after.schema, [before.snapshot, after.snapshot]),
  }
}

interface Steps {
  readonly back: readonly Snapshot[]
  readonly forth: readonly Snapshot[]
}

/** From the one back to the nearest snapshot that both stand on, and forth to the other; null when that has expired. */
function stepsBetween(metadata: TableMetadata, from: Snapshot, to: Snapshot): Steps | null {
  const lines = [from, to].map((end) => [...ancestors(metadata, end['snapshot-id'])]) as [Snapshot[], Snapshot[]]
  const common = lines[0].find((snapshot) => lines[1].includes(snapshot))
  if (common === undefined) return null
  const [back, forth] = lines.map((line) => line.slice(0, line.indexOf(common))) as [Snapshot[], Snapshot[]]
  return { back, forth }
}

function sumOf({ back, forth }: Steps): SnapshotDiff['changes'] {
  type Count = Exclude<keyof SnapshotChanges, 'operation'>
  const sum = (forthKey: Count, backKey: Count): number | null =>
    [...forth.map((one) => changesOf(one)[forthKey]), ...back.map((one) => changesOf(one)[backKey])].reduce(
      (all, count) => (all === null || count === null ? null : all + count),
      0,
    )
  return {
    rowsAdded: sum('rowsAdded', 'rowsRemoved'),
    rowsRemoved: sum('rowsRemoved', 'rowsAdded'),
    filesAdded: sum('filesAdded', 'filesRemoved'),
    filesRemoved: sum('filesRemoved', 'filesAdded'),
    bytesAdded: sum('bytesAdded', 'bytesRemoved'),
    bytesRemoved: sum('bytesRemoved', 'bytesAdded'),
  }
}

function endOf(snapshot: Snapshot): DiffEnd {
  return {
    snapshot: String(snapshot['snapshot-id']),
    at: snapshot['timestamp-ms'],
    rows: rowsAt(snapshot),
  }
}

function countBy(words: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, { length }]) => [word, length]))
}

/** Of the columns that both have, under the names that they have in the end. */
function rowsSql(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  before: Schema,
  after: Schema,
  [from, to]: readonly [Snapshot, Snapshot],
): string {
  const old = new Map(before.fields.map((field) => [field.id, field]))
  const shared = after.fields.flatMap((field): [Field, Field][] => {
    const was = old.get(field.id)
    return was ? [[was, field]] : []
  })
  const columns = (own: 0 | 1) =>
    shared
      .map((pair) => [identifier(pair[own].name), identifier(pair[1].name)] as const)
      .map(([read, shown]) => (read === shown ? read : `${read} as ${shown}`))
      .join(', ')
  const table = `${identifier(namespace)}.${identifier(name)}`
  const rowsOf = (own: 0 | 1, snapshot: Snapshot) =>
    `select ${columns(own)} from ${table} at (version => ${snapshot['snapshot-id']})`
  const [was, is] = [rowsOf(0, from), rowsOf(1, to)]
  return `select 'added' as _change, * from (${is} except all ${was})
union all
select 'removed' as _change, * from (${was} except all ${is})`
}
