import type { ManifestEntry } from '../manifest/data-file.ts'
import { snapshotOf } from '../metadata/read.ts'
import type { Long } from '../json.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { partitionKey } from '../scan/applicable-deletes.ts'
import { keepFirst } from './keep-first.ts'
import { liveEntries, type InspectionContext } from './live-entries.ts'
import { partitionPrinter } from './partition-text.ts'

export type PartitionOrder = 'partition' | 'rows' | 'files' | 'bytes' | 'deletes' | 'changed'

export interface PartitionQuery {
  /** The largest or newest first; `partition` in the order of its text. */
  readonly order: PartitionOrder
  readonly limit: number
  readonly after?: PartitionKey
}

export interface PartitionKey {
  readonly by: number
  readonly partition: string
  readonly specId: number
}

/** One partition of one spec, as Iceberg's table `partitions` counts it. Sizes in bytes. */
export interface TablePartition {
  readonly partition: string
  readonly specId: number
  readonly rows: number
  readonly files: number
  readonly bytes: number
  readonly deleteFiles: number
  readonly positionDeletes: number
  readonly equalityDeletes: number
  /** The newest that added a file which is still there. */
  readonly changedBy: string
  /** In milliseconds since the epoch; null where that snapshot has expired. */
  readonly changedAt: number | null
}

export interface PartitionPage {
  readonly snapshot: string | null
  readonly items: readonly TablePartition[]
  readonly next: PartitionKey | null
  readonly total: number
}

interface Counted {
  partition: string
  specId: number
  rows: number
  files: number
  bytes: number
  deleteFiles: number
  positionDeletes: number
  equalityDeletes: number
  newest: { sequence: number; snapshotId: Long }
}

/** Partitions of a snapshot, page by page. Holds a line for each partition, and one manifest. */
export async function listPartitions(
  metadata: TableMetadata,
  snapshot: Snapshot | undefined,
  query: PartitionQuery,
  context: InspectionContext,
): Promise<PartitionPage> {
  const printed = partitionPrinter(metadata)
  const counted = new Map<string, Counted>()
  for await (const entry of snapshot === undefined ? [] : liveEntries(snapshot, context)) {
    const key = partitionKey(entry.file)
    const found = counted.get(key) ?? emptyPartition(printed(entry.file.specId, entry.file.partition), entry)
    counted.set(key, found)
    count(found, entry)
  }
  const compare = (a: PartitionKey, b: PartitionKey): number =>
    a.by - b.by || compareText(a.partition, b.partition) || a.specId - b.specId
  const first = keepFirst<TablePartition>(query.limit + 1, (a, b) => compare(keyOf(a, query), keyOf(b, query)))
  for (const one of counted.values()) {
    const shown = shownPartition(one, metadata)
    if (query.after === undefined || compare(keyOf(shown, query), query.after) > 0) first.add(shown)
  }
  const found = first.all()
  const items = found.slice(0, query.limit)
  return {
    snapshot: snapshot === undefined ? null : String(snapshot['snapshot-id']),
    items,
    next: found.length > items.length ? keyOf(items.at(-1)!, query) : null,
    total: counted.size,
  }
}

function emptyPartition(partition: string, { file: { specId }, sequenceNumber, snapshotId }: ManifestEntry): Counted {
  const newest = { sequence: sequenceNumber, snapshotId }
  const none = { rows: 0, files: 0, bytes: 0, deleteFiles: 0, positionDeletes: 0, equalityDeletes: 0 }
  return { partition, specId, ...none, newest }
}

function count(into: Counted, { file, fileSequenceNumber, snapshotId }: ManifestEntry): void {
  if (file.content === 'data') {
    into.rows += file.recordCount
    into.files++
    into.bytes += file.sizeBytes
  } else {
    into.deleteFiles++
    if (file.content === 'position-deletes') into.positionDeletes += file.recordCount
    else into.equalityDeletes += file.recordCount
  }
  // Of the file and not of its rows: what compaction wrote has the number of older rows.
  if (fileSequenceNumber >= into.newest.sequence) into.newest = { sequence: fileSequenceNumber, snapshotId }
}

function shownPartition({ newest, ...rest }: Counted, metadata: TableMetadata): TablePartition {
  const snapshot = snapshotOf(metadata, newest.snapshotId)
  return { ...rest, changedBy: String(newest.snapshotId), changedAt: snapshot?.['timestamp-ms'] ?? null }
}

function keyOf(one: TablePartition, { order }: PartitionQuery): PartitionKey {
  return { by: order === 'partition' ? 0 : -measureOf(one, order), partition: one.partition, specId: one.specId }
}

function measureOf(one: TablePartition, order: Exclude<PartitionOrder, 'partition'>): number {
  if (order === 'changed') return one.changedAt ?? 0
  if (order === 'deletes') return one.positionDeletes + one.equalityDeletes
  return one[order]
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
