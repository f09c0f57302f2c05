import type { DataFile, ManifestEntry } from '../manifest/data-file.ts'
import { compactionSettings } from '../maintenance/compaction/settings.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { countSizes, type SizeClass } from './count-sizes.ts'
import { liveEntries, type InspectionContext } from './live-entries.ts'
import { partitionPrinter } from './partition-text.ts'
import { keepFirst } from './keep-first.ts'

export type FileOrder = 'path' | 'bytes' | 'rows' | 'sequence'

export interface FileQuery {
  /** The largest first, for `bytes`, `rows` and `sequence`; paths in their order. */
  readonly order: FileOrder
  /** At most so many. */
  readonly limit: number
  /** After the file that ended the page before. */
  readonly after?: FileKey
  readonly content?: 'data' | 'deletes'
  /** As `partitionPrinter` prints it. */
  readonly partition?: string
}

/** Where a file stands in its order. */
export interface FileKey {
  readonly by: number
  readonly path: string
}

/** One file of a table. Sizes in bytes. */
export interface TableFile {
  readonly content: DataFile['content']
  readonly path: string
  readonly format: string
  readonly partition: string
  readonly specId: number
  readonly rows: number
  readonly bytes: number
  /** The data sequence number: deletes of it and above touch its rows. */
  readonly sequence: number
  /** The snapshot that added it. */
  readonly snapshot: string
  /** Whether compaction puts it together with others. */
  readonly small: boolean
}

export interface FileSummary {
  readonly dataFiles: number
  readonly dataBytes: number
  readonly rows: number
  readonly deleteFiles: number
  readonly deleteBytes: number
  /** Rows that files of deletes name, or values; some may name the same. */
  readonly deletes: number
  readonly smallFiles: number
  /** Below so many bytes a file is small. */
  readonly smallBelow: number
  /** Of files of rows. */
  readonly sizes: readonly SizeClass[]
}

export interface FilePage {
  /** null for a table without one. */
  readonly snapshot: string | null
  readonly items: readonly TableFile[]
  readonly next: FileKey | null
  /** Of all files that are meant, not of the page. */
  readonly summary: FileSummary
}

/** Compaction's bound (table-maintenance.md, "Words"). */
const smallShare = 0.75

/** Files of a snapshot, page by page. Reads all manifests and holds one of them and a page. */
export async function listFiles(
  metadata: TableMetadata,
  snapshot: Snapshot | undefined,
  query: FileQuery,
  context: InspectionContext,
): Promise<FilePage> {
  const printed = partitionPrinter(metadata)
  const smallBelow = compactionSettings(metadata.properties).targetBytes * smallShare
  const shown = (entry: ManifestEntry): TableFile => shownFile(entry, printed, smallBelow)
  const sizes = countSizes()
  const summary = { dataFiles: 0, dataBytes: 0, rows: 0, deleteFiles: 0, deleteBytes: 0, deletes: 0, smallFiles: 0 }
  const first = keepFirst<TableFile>(query.limit + 1, (a, b) => compareKeys(keyOf(a, query), keyOf(b, query)))
  const entries = snapshot === undefined ? [] : liveEntries(snapshot, context)
  for await (const entry of entries) {
    const file = shown(entry)
    if (query.partition !== undefined && file.partition !== query.partition) continue
    const isData = file.content === 'data'
    if (query.content !== undefined && (query.content === 'data') !== isData) continue
    if (isData) {
      summary.dataFiles++
      summary.dataBytes += file.bytes
      summary.rows += file.rows
      if (file.small) summary.smallFiles++
      sizes.add(file.bytes)
    } else {
      summary.deleteFiles++
      summary.deleteBytes += file.bytes
      summary.deletes += file.rows
    }
    if (query.after === undefined || compareKeys(keyOf(file, query), query.after) > 0) first.add(file)
  }
  const found = first.all()
  const items = found.slice(0, query.limit)
  return {
    snapshot: snapshot === undefined ? null : String(snapshot['snapshot-id']),
    items,
    next: found.length > items.length ? keyOf(items.at(-1)!, query) : null,
    summary: { ...summary, smallBelow, sizes: sizes.all() },
  }
}

function shownFile(
  { file, sequenceNumber, snapshotId }: ManifestEntry,
  printed: ReturnType<typeof partitionPrinter>,
  smallBelow: number,
): TableFile {
  return {
    content: file.content,
    path: file.location,
    format: file.format,
    partition: printed(file.specId, file.partition),
    specId: file.specId,
    rows: file.recordCount,
    // A deletion vector is a part of its file.
    bytes: file.contentSizeBytes ?? file.sizeBytes,
    sequence: sequenceNumber,
    snapshot: String(snapshotId),
    small: file.content === 'data' && file.sizeBytes < smallBelow,
  }
}

function keyOf(file: TableFile, { order }: FileQuery): FileKey {
  return { by: order === 'path' ? 0 : -file[order], path: file.path }
}

function compareKeys(a: FileKey, b: FileKey): number {
  if (a.by !== b.by) return a.by - b.by
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0
}
