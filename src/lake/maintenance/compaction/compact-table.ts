import type { TableIdent } from '../../catalog/pointer-store.ts'
import { commitRewrite } from '../../commit/commit-rewrite.ts'
import { refuseVersion } from '../../commit/prepare-snapshot.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import { specById } from '../../metadata/read.ts'
import { planScan } from '../../scan/plan-scan.ts'
import { dataFolder, dataLocation } from '../../write/data-location.ts'
import type { MaintenanceContext } from '../expire-snapshots.ts'
import { carryDeletes } from './carry-deletes.ts'
import { countDeleted } from './count-deleted.ts'
import { liveBytes, planGroups, type CompactionGroup } from './plan-groups.ts'
import { compactionSettings } from './settings.ts'
import { writeGroup, type WriteContext } from './write-group.ts'

export interface CompactionContext extends Omit<MaintenanceContext, 'now'>, WriteContext {}

export interface CompactionOptions {
  /** Raised, it ends the group at work without a trace in the table; those before it stay committed. */
  readonly signal?: AbortSignal
  /** Raised, no further group begins: the one at work is committed, and the rest is for the next turn. */
  readonly stop?: AbortSignal
  /** Only says what it would do; bytes after are an estimate by rows. */
  readonly dryRun?: boolean
  /** Begins no further group once as many bytes were read. The rest is for the next turn. */
  readonly bytesMax?: number
  /** After each group that was committed. */
  readonly onGroup?: (done: CompactedGroup) => void
}

/** What became of one group. Files and bytes of rows and of deletes. */
export interface CompactedGroup {
  /** As its folder is called: `day=2026-01-01`; empty where the table has no partitions. */
  readonly partition: string
  readonly filesBefore: number
  readonly filesAfter: number
  readonly bytesBefore: number
  readonly bytesAfter: number
  /** That were deleted, and are written no more. */
  readonly deletedRows: number
}

export interface Compaction {
  readonly groups: readonly CompactedGroup[]
  /** Why groups were not committed, or left for the next turn. */
  readonly left: readonly string[]
}

/** A group that others changed is planned anew so often. */
const roundsMax = 3

const defaultBytesMax = 8 * 2 ** 30

/**
 * Writes small files and files of which much was deleted anew, group by group, each in a commit of its own
 * (table-maintenance.md). Removes no file: expiry does, when no snapshot reads it any more.
 */
export async function compactTable(
  ident: TableIdent,
  context: CompactionContext,
  options: CompactionOptions = {},
): Promise<Compaction> {
  const { signal, dryRun = false, bytesMax = defaultBytesMax } = options
  const done: CompactedGroup[] = []
  let left: string[] = []
  let bytes = 0
  for (let round = 0; round < roundsMax; round++) {
    left = []
    const { metadata, sequenceNumber, groups } = await planOf(ident, context, signal)
    if (dryRun) return { groups: groups.map((group) => expectedOf(metadata, group)), left }
    let stale = false
    for (const [at, group] of groups.entries()) {
      signal?.throwIfAborted()
      if (options.stop?.aborted === true) {
        left.push(`stopped before ${groups.length - at} of ${groups.length} groups: they are for the next turn`)
        return { groups: done, left }
      }
      if (bytes >= bytesMax) {
        left.push(
          `${groups.length} groups were there, and their turn has read ${bytes} bytes: the rest is for the next`,
        )
        return { groups: done, left }
      }
      bytes += group.files.reduce((sum, { file }) => sum + file.sizeBytes, 0)
      const outcome = await compactGroup(ident, { metadata, sequenceNumber, group }, context, signal)
      if (typeof outcome === 'string') {
        stale = true
        left.push(outcome)
      } else {
        done.push(outcome)
        options.onGroup?.(outcome)
      }
    }
    if (!stale) break
  }
  return { groups: done, left }
}

async function planOf(ident: TableIdent, context: CompactionContext, signal: AbortSignal | undefined) {
  const { metadata } = await context.client.loadTable(ident)
  const settings = compactionSettings(metadata.properties)
  const scan = await planScan({ metadata, ...context })
  const sequenceNumber = scan.snapshot?.['sequence-number'] ?? 0
  if (!settings.enabled || scan.snapshot === undefined) return { metadata, sequenceNumber, groups: [] }
  refuseVersion(metadata)
  const table = { schema: scan.schema, schemas: metadata.schemas }
  const groups = await planGroups(scan, settings, (files) => countDeleted(files, table, context, signal))
  return { metadata, sequenceNumber, groups }
}

/** What it came to, or why nothing was committed. */
async function compactGroup(
  ident: TableIdent,
  plan: { readonly metadata: TableMetadata; readonly sequenceNumber: number; readonly group: CompactionGroup },
  context: CompactionContext,
  signal: AbortSignal | undefined,
): Promise<CompactedGroup | string> {
  const { metadata, sequenceNumber, group } = plan
  const added = await writeGroup(metadata, group, context, signal)
  signal?.throwIfAborted()
  const rewrite = {
    tableUuid: metadata['table-uuid'],
    sequenceNumber,
    replaced: group.files,
    added,
    carry: (now: Parameters<typeof carryDeletes>[1]) => carryDeletes({ ...plan, added }, now, context, signal),
  }
  const outcome = await commitRewrite(ident, rewrite, context)
  if (outcome.kind === 'stale') return outcome.reason
  const { droppedDeletes } = outcome
  return {
    ...expectedOf(metadata, group),
    filesBefore: group.files.length + droppedDeletes.length,
    filesAfter: added.length,
    bytesBefore: bytesOf(group.files.map(({ file }) => file)) + bytesOf(droppedDeletes),
    bytesAfter: bytesOf(added),
  }
}

function expectedOf(metadata: TableMetadata, group: CompactionGroup): CompactedGroup {
  const { files } = group
  const bytes = files.reduce((sum, file) => sum + liveBytes(file), 0)
  return {
    partition: partitionName(metadata, group),
    filesBefore: files.length,
    filesAfter: bytes > 0 ? 1 : 0,
    bytesBefore: bytesOf(files.map(({ file }) => file)),
    bytesAfter: Math.round(bytes),
    deletedRows: files.reduce((sum, { deletedRows }) => sum + deletedRows, 0),
  }
}

/** The folders of its data files. */
function partitionName(metadata: TableMetadata, { specId, partition }: CompactionGroup): string {
  const location = dataLocation(metadata, specById(metadata, specId), partition)
  return location.slice(dataFolder(metadata).length, location.lastIndexOf('/')).replace(/^\//, '')
}

function bytesOf(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}
