import { randomBytes } from 'node:crypto'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { stateProperty } from '../../record/delivery-state.ts'
import { checkedLocation } from '../../storage/objects/checked-name.ts'
import { under } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { toLong } from '../json.ts'
import type { DataFile } from '../manifest/data-file.ts'
import type { ManifestFile } from '../manifest/manifest-file.ts'
import { encodeManifestList, readManifestList } from '../manifest/manifest-list.ts'
import { manifestReader, type ManifestReader } from '../manifest/manifest-reader.ts'
import { assignRowIds } from '../manifest/row-ids.ts'
import { writeManifest } from '../manifest/write-manifest.ts'
import { currentSnapshot, tableSchema } from '../metadata/read.ts'
import { mainBranch } from '../metadata/snapshot-updates.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { writtenSpec } from '../metadata/written-spec.ts'
import { nearestSummary } from '../scan/nearest-summary.ts'
import { mergeBin, mergeManifests, type MergeContext } from './merge-manifests.ts'
import type { PreparedSnapshot } from './prepared-commit.ts'
import { manifestsWithout, manifestsWithoutAgain } from './removed-files.ts'
import { snapshotSummary, type Operation } from './summary.ts'

/** A file that a snapshot adds: durable already. */
export interface AddedFile {
  readonly file: DataFile
  /** That of the snapshot that its rows were read from, for rows written anew; the new snapshot's when absent. */
  readonly dataSequenceNumber?: number
}

export interface SnapshotChange {
  /** The table as it was loaded; the commit succeeds only if its branch and schema are still these. */
  readonly metadata: TableMetadata
  readonly store: Pick<ObjectStore, 'get' | 'put'>
  /** What the change is for readers (specification, snapshots): `replace` changes no row. */
  readonly operation: Operation
  /** Files of data and of deletes. */
  readonly added?: readonly AddedFile[]
  /** Files of the current snapshot that the new one does not have. They stay where they are. */
  readonly removed?: readonly DataFile[]
  /**
   * The snapshot names the state of the deliveries that its parent's nearest summary names, unless its properties name one:
   * or expiry of that one would leave nothing to judge the table by (delivery rule 4).
   */
  readonly keepsState?: boolean
  /** Manifests of the current snapshot, of one kind and spec, that become one; without them small ones do so by themselves. */
  readonly merged?: readonly ManifestFile[]
  /**
   * The same change that certainly did not land, for another commit came first: nothing that came since holds, deletes from or takes out a
   * removed file. So its large manifests are not written again, and its snapshot keeps its id.
   */
  readonly before?: Pick<PreparedSnapshot, 'snapshotId' | 'rewritten'>
  /** Into the snapshot's summary. */
  readonly snapshotProperties?: Readonly<Record<string, string>>
  /** Set on the table by the same commit. */
  readonly tableProperties?: Readonly<Record<string, string>>
  /** Keeps what earlier commits read; one is made when absent. */
  readonly reader?: ManifestReader
  readonly now?: () => number
}

/**
 * Writes manifests and manifest list, durably, and states the commit that makes them a snapshot of `main`. `WEIR-4004` when
 * a file to remove is not in the table any more.
 */
export async function prepareSnapshot(change: SnapshotChange): Promise<PreparedSnapshot> {
  const { metadata, store, added = [], removed = [] } = change
  refuseVersion(metadata)
  const parent = currentSnapshot(metadata)
  const id = change.before?.snapshotId ?? newSnapshotId()
  const sequenceNumber = metadata['last-sequence-number'] + 1
  const context = { metadata, store, snapshotId: id, sequenceNumber, reader: change.reader ?? manifestReader(store) }
  const written = await writeAdded(added, context)
  const before = parent === undefined ? [] : await readManifestList(store, parent)
  const { untouched, rewritten } =
    change.before === undefined
      ? await manifestsWithout(removed, before, context)
      : manifestsWithoutAgain(change.before.rewritten, before, sequenceNumber)
  const merged = await mergedOf(untouched.filter(mayHaveFiles), change.merged, context)
  const parentId = parent?.['snapshot-id'] ?? null
  const { manifests, lineage } = numbered([...written, ...rewritten.values(), ...merged], metadata)
  const formatVersion = metadata['format-version']
  const bytes = encodeManifestList(manifests, { id, parentId, sequenceNumber, formatVersion })
  const list = checkedLocation(under(metadata.location, 'metadata'), bytes, (uuid) => `snap-${id}-1-${uuid}.avro`)
  await store.put(list, bytes)
  const snapshot: Snapshot = {
    'snapshot-id': id,
    ...(parentId === null ? {} : { 'parent-snapshot-id': parentId }),
    'sequence-number': sequenceNumber,
    // Not older than its parent, whatever the clock says: readers order by it.
    'timestamp-ms': Math.max((change.now ?? Date.now)(), metadata['last-updated-ms']),
    'manifest-list': list,
    summary: snapshotSummary({
      operation: change.operation,
      added: added.map(({ file }) => file),
      removed,
      parent,
      properties: { ...keptState(change), ...change.snapshotProperties },
    }),
    'schema-id': metadata['current-schema-id'],
    ...lineage,
  }
  const known = new Set(before.map(({ location }) => location))
  return {
    snapshotId: id,
    rewritten,
    written: [list, ...manifests.map(({ location }) => location).filter((location) => !known.has(location))],
    ...commitOf(change, snapshot, parentId),
  }
}

async function mergedOf(
  manifests: readonly ManifestFile[],
  asked: readonly ManifestFile[] | undefined,
  context: MergeContext,
): Promise<readonly ManifestFile[]> {
  if (asked === undefined) return mergeManifests(manifests, context)
  const locations = new Set(asked.map(({ location }) => location))
  const others = manifests.filter(({ location }) => !locations.has(location))
  return [...(await mergeBin(asked, context)), ...others]
}

/** `WEIR-4012` for a table that Weir does not commit to. */
export function refuseVersion(metadata: TableMetadata): void {
  const version = metadata['format-version']
  if (version !== 2 && version !== 3)
    throw new WeirError(
      'WEIR-4012',
      `The table at ${metadata.location} has format version ${version}; Weir commits to versions 2 and 3`,
    )
}

type RowNumbers = Pick<Snapshot, 'first-row-id' | 'added-rows'>

/** Version 3 numbers rows: manifests that have none yet get the next ones, also those of before the table had that version. */
function numbered(
  manifests: readonly ManifestFile[],
  metadata: TableMetadata,
): { readonly manifests: readonly ManifestFile[]; readonly lineage: RowNumbers } {
  if (metadata['format-version'] < 3) return { manifests, lineage: {} }
  const first = metadata['next-row-id'] ?? 0
  const assigned = assignRowIds(manifests, first)
  const added = toLong(BigInt(assigned.nextRowId) - BigInt(first))
  return { manifests: assigned.manifests, lineage: { 'first-row-id': first, 'added-rows': added } }
}

function keptState({ metadata, keepsState }: SnapshotChange): Readonly<Record<string, string>> {
  const nearest = keepsState === true ? nearestSummary(metadata) : undefined
  return nearest === undefined ? {} : { [stateProperty]: nearest.state }
}

/** Manifests of which it is known that all their files went are left behind; lists of version 1 may not know. */
function mayHaveFiles({ addedFiles, existingFiles, deletedFiles }: ManifestFile): boolean {
  return addedFiles + existingFiles > 0 || deletedFiles === 0
}

function commitOf(
  { metadata, tableProperties = {} }: SnapshotChange,
  snapshot: Snapshot,
  parentId: Snapshot['snapshot-id'] | null,
): Pick<PreparedSnapshot, 'requirements' | 'updates'> {
  const id = snapshot['snapshot-id']
  return {
    requirements: [
      { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
      { type: 'assert-ref-snapshot-id', ref: mainBranch, 'snapshot-id': parentId },
      { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
    ],
    updates: [
      { action: 'add-snapshot', snapshot },
      { action: 'set-snapshot-ref', 'ref-name': mainBranch, 'snapshot-id': id, type: 'branch' },
      ...(Object.keys(tableProperties).length === 0
        ? []
        : [{ action: 'set-properties' as const, updates: tableProperties }]),
    ],
  }
}

/** One manifest for each spec and kind of files. */
async function writeAdded(files: readonly AddedFile[], context: MergeContext): Promise<readonly ManifestFile[]> {
  const { metadata, store, snapshotId, sequenceNumber } = context
  const groups = Map.groupBy(files, ({ file }) => `${file.specId} ${file.content === 'data'}`)
  return Promise.all(
    Array.from(groups.values(), (group) =>
      writeManifest(store, {
        folder: under(metadata.location, 'metadata'),
        part: 'm0',
        schema: tableSchema(metadata),
        spec: writtenSpec(metadata, group[0]!.file.specId),
        content: group[0]!.file.content === 'data' ? 'data' : 'deletes',
        entries: group.map(({ file, dataSequenceNumber = sequenceNumber }) => ({
          status: 'added',
          snapshotId,
          sequenceNumber: dataSequenceNumber,
          fileSequenceNumber: sequenceNumber,
          file,
        })),
        snapshotId,
        sequenceNumber,
        formatVersion: metadata['format-version'],
      }),
    ),
  )
}

/** Positive and random; below 2^53, so that clients in JavaScript read it exactly. */
function newSnapshotId(): number {
  return Number(randomBytes(8).readBigUInt64BE() >> 12n) + 1
}
