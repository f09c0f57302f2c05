import { stateProperty } from '../../record/delivery-state.ts'
import { ancestors, currentSnapshot } from '../metadata/read.ts'
import type { Snapshot, SnapshotRef, TableMetadata } from '../metadata/table-metadata.ts'
import { rowsAt } from './rows-at.ts'

/** What one snapshot did to its parent. Counts are those of its summary, null where it does not say. */
export interface HistoryEntry {
  readonly id: string
  readonly parent: string | null
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly operation: string
  readonly rowsAdded: number | null
  readonly rowsRemoved: number | null
  readonly filesAdded: number | null
  readonly filesRemoved: number | null
  readonly bytesAdded: number | null
  readonly bytesRemoved: number | null
  /** Of the whole table. */
  readonly rows: number | null
  readonly refs: readonly string[]
  /** `current`, `before` it on its line, or `beside`: rolled back, of another branch, or staged. */
  readonly place: 'current' | 'before' | 'beside'
  /** Who wrote it, as far as the summary tells. */
  readonly by: string | null
}

/** The snapshots that the table keeps, newest first. */
export function tableHistory(metadata: TableMetadata): readonly HistoryEntry[] {
  const current = currentSnapshot(metadata)
  const line = new Set([...ancestors(metadata, current?.['snapshot-id'])])
  const refs = Map.groupBy(Object.entries(metadata.refs ?? {}), ([, ref]) => ref['snapshot-id'])
  return (metadata.snapshots ?? [])
    .map((snapshot, at) => ({ snapshot, at }))
    .toSorted((a, b) => b.snapshot['timestamp-ms'] - a.snapshot['timestamp-ms'] || b.at - a.at)
    .map(({ snapshot }) => ({
      id: String(snapshot['snapshot-id']),
      parent: snapshot['parent-snapshot-id'] == null ? null : String(snapshot['parent-snapshot-id']),
      at: snapshot['timestamp-ms'],
      ...changesOf(snapshot),
      rows: rowsAt(snapshot),
      refs: (refs.get(snapshot['snapshot-id']) ?? []).map(([name]) => name).toSorted(),
      place: snapshot === current ? 'current' : line.has(snapshot) ? 'before' : 'beside',
      by: writerOf(snapshot),
    }))
}

export type SnapshotChanges = Pick<
  HistoryEntry,
  'operation' | 'rowsAdded' | 'rowsRemoved' | 'filesAdded' | 'filesRemoved' | 'bytesAdded' | 'bytesRemoved'
>

/** By its summary. What only writes rows anew (`replace`) changes none. */
export function changesOf(snapshot: Snapshot): SnapshotChanges {
  const { summary } = snapshot
  const operation = summary?.['operation'] ?? 'unknown'
  const sum = (...keys: readonly string[]): number | null =>
    // Counts of nothing are left out of a summary; one that states no totals states nothing at all.
    summary?.['total-records'] === undefined && keys.every((key) => summary?.[key] === undefined)
      ? null
      : keys.reduce((all, key) => all + Number(summary?.[key] ?? 0), 0)
  const isReplace = operation === 'replace'
  return {
    operation,
    rowsAdded: isReplace ? 0 : sum('added-records'),
    rowsRemoved: isReplace ? 0 : sum('deleted-records', 'added-position-deletes'),
    filesAdded: sum('added-data-files', 'added-delete-files'),
    filesRemoved: sum('deleted-data-files', 'removed-delete-files'),
    bytesAdded: sum('added-files-size'),
    bytesRemoved: sum('removed-files-size'),
  }
}

function writerOf({ summary = {} }: Snapshot): string | null {
  const engine = summary['engine-name'] ?? (summary['spark.app.id'] === undefined ? undefined : 'spark')
  // What a statement of ours wrote; deliveries say so by their state.
  if (engine === 'weir') return 'SQL'
  if (engine !== undefined) return [engine, summary['engine-version']].filter(Boolean).join(' ')
  if (summary['trino_query_id'] !== undefined) return 'trino'
  if (summary[stateProperty] === undefined) return null
  return summary['operation'] === 'replace' ? 'compaction' : 'delivery'
}

export interface NamedRef {
  readonly name: string
  readonly type: SnapshotRef['type']
  readonly snapshot: string
  readonly maxAgeMs: number | null
}

/** Branches and tags by name, `main` among them. */
export function tableRefs(metadata: TableMetadata): readonly NamedRef[] {
  return Object.entries(metadata.refs ?? {})
    .map(([name, ref]) => ({
      name,
      type: ref.type,
      snapshot: String(ref['snapshot-id']),
      maxAgeMs: ref['max-ref-age-ms'] ?? null,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
