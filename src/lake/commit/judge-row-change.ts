import { assert } from '../../kernel/assert.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { ManifestReader } from '../manifest/manifest-reader.ts'
import type { DataFile } from '../manifest/data-file.ts'
import { readableUnder } from '../metadata/readable-under.ts'
import { schemaById, tableSchema } from '../metadata/read.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { countPositions, mergedPositions } from '../puffin/positions.ts'
import { applicableDeletes, hasDeletes, ofDataFile } from '../scan/applicable-deletes.ts'
import { type FileFilter, fileMatcher } from '../scan/file-filter.ts'
import { planScan, type Scan, type ScannedFile } from '../scan/plan-scan.ts'
import { isDeletionVector, readDeletionVector } from '../scan/read-deletion-vector.ts'
import { fieldsById } from '../types/schema.ts'
import { changesRows, filesOfSnapshot, snapshotsSince } from './changes-since.ts'
import type { Stale } from './commit-judged.ts'
import type { RowChange, RowsAbsent, RowsRead } from './row-change.ts'
import { danglingDeletes, touchedReason } from './touched-files.ts'

export interface JudgeContext {
  readonly store: Pick<ObjectStore, 'get'>
  readonly reader: ManifestReader
}

/** The change fits the table; files of deletes that it makes needless go with it. */
export interface Fits {
  readonly kind: 'fits'
  readonly dropped: readonly ScannedFile[]
}

/** Whether a change may land on the table as it is (lake.md, "A change of rows"). */
export async function judgeRowChange(
  change: RowChange,
  metadata: TableMetadata,
  context: JudgeContext,
): Promise<Fits | Stale> {
  const { read } = change
  const touched = touchedLocations(change)
  assert(read !== undefined || touched.size === 0, 'a change that deletes rows says which snapshot it has read')
  if (metadata['table-uuid'] !== change.tableUuid) return stale('another table has the name since')
  const misfit = shapeReason(change, metadata)
  if (misfit !== undefined) return stale(misfit)
  const came = change.absent && (await absentReason(change.absent, metadata, context))
  if (came !== undefined) return stale(came)
  if (read === undefined) return { kind: 'fits', dropped: [] }
  const between = snapshotsSince(metadata, read.snapshotId)
  if (between === undefined)
    return stale(`the table does not stand on the snapshot ${read.snapshotId}, which was read, any more`)
  const scan = await planScan({ metadata, ...context })
  const reason =
    (await filesReason(read, touched, { metadata, scan, context })) ??
    (read.isolation === 'snapshot' ? undefined : await readReason(read, between, metadata, context))
  if (reason !== undefined) return stale(reason)
  await mustHoldOlder(change, scan, context)
  return { kind: 'fits', dropped: needlessDeletes(change, scan) }
}

function stale(reason: string): Stale {
  return { kind: 'stale', reason }
}

function touchedLocations({ deletes = [], removed = [] }: RowChange): ReadonlySet<string> {
  const named = deletes.map(({ location, referencedDataFile }) => {
    assert(referencedDataFile !== undefined, `${location} says which file of data it is of`)
    return referencedDataFile
  })
  const all = [...named, ...removed.map(({ location }) => location)]
  const locations = new Set(all)
  assert(locations.size === all.length, 'a file of data is deleted from once, or taken out')
  return locations
}

/** Schema, partition specs and version have to be such that the files can be part of the table. */
function shapeReason({ schemaId, added = [], deletes = [] }: RowChange, metadata: TableMetadata): string | undefined {
  const specs = new Set(metadata['partition-specs'].map((spec) => spec['spec-id']))
  const gone = [...added, ...deletes].find(({ specId }) => !specs.has(specId))
  if (gone !== undefined) return `the partition spec ${gone.specId}, which ${gone.location} was written under, is gone`
  if (metadata['format-version'] >= 3 && !deletes.every(isDeletionVector))
    return 'the table has format version 3 since, which has deletion vectors in place of files of position deletes'
  if (added.length === 0) return undefined
  const written = schemaById(metadata, schemaId)
  if (written === undefined) return `the schema ${schemaId}, which rows were written under, is gone`
  const why = readableUnder(written, tableSchema(metadata))
  return why === undefined ? undefined : `the schema has changed since: ${why}`
}

/** The files that the change touches are there, and nobody else has touched them. */
async function filesReason(
  { snapshotId }: RowsRead,
  touched: ReadonlySet<string>,
  now: { readonly metadata: TableMetadata; readonly scan: Scan; readonly context: JudgeContext },
): Promise<string | undefined> {
  if (touched.size === 0) return undefined
  const { metadata, scan, context } = now
  const before = snapshotId === null ? undefined : await planScan({ metadata, snapshotId, ...context })
  const files = (before?.dataFiles ?? []).filter(({ location }) => touched.has(location))
  assert(files.length === touched.size, `what is deleted from is in the snapshot ${snapshotId}, which was read`)
  return touchedReason(applicableDeletes({ ...before!, dataFiles: files }), scan)
}

/** Serializable: what was read would be read again. */
async function readReason(
  { filter }: RowsRead,
  between: readonly Snapshot[],
  metadata: TableMetadata,
  context: JudgeContext,
): Promise<string | undefined> {
  const matches = filter === undefined ? () => true : matcherOf(filter, metadata)
  for (const snapshot of between.filter(changesRows)) {
    const files = await filesOfSnapshot(snapshot, context)
    const rows = files.find(({ file }) => file.content === 'data' && matches(file))
    if (rows !== undefined)
      return `others have ${rows.status} rows in ${rows.file.location}, which may be of those read`
    const deletes = files.filter(({ status, file }) => status === 'added' && file.content !== 'data')
    if (deletes.length === 0) continue
    const scan = await planScan({ metadata, snapshotId: snapshot['snapshot-id'], ...context })
    const locations = new Set(deletes.map(({ file }) => file.location))
    const added = scan.deleteFiles.filter(({ location }) => locations.has(location))
    const byValue = added.find(({ content }) => content === 'equality-deletes')
    if (byValue !== undefined) return `others have deleted rows by value, in ${byValue.location}`
    const hit = applicableDeletes({ ...scan, deleteFiles: added }).find((one) => hasDeletes(one) && matches(one.file))
    if (hit !== undefined) return `others have deleted rows of ${hit.file.location}, which may be of those read`
  }
  return undefined
}

/** What was not there is not there now. */
async function absentReason(
  { snapshotId, filter }: RowsAbsent,
  metadata: TableMetadata,
  context: JudgeContext,
): Promise<string | undefined> {
  const between = snapshotsSince(metadata, snapshotId)
  if (between === undefined)
    return `the table does not stand on the snapshot ${snapshotId}, in which keys were looked for, any more`
  const matches = matcherOf(filter, metadata)
  for (const snapshot of between.filter(changesRows)) {
    const files = await filesOfSnapshot(snapshot, context)
    const rows = files.find(({ status, file }) => status === 'added' && file.content === 'data' && matches(file))
    if (rows !== undefined) return `others have added rows in ${rows.file.location}, which may have the same keys`
  }
  return undefined
}

function matcherOf(filter: FileFilter, metadata: TableMetadata): (file: DataFile) => boolean {
  return fileMatcher(filter, fieldsById(tableSchema(metadata).fields), metadata['partition-specs'])
}

/** A vector stands for all that was deleted of its file: one that lacks a row would bring it back. */
async function mustHoldOlder({ deletes = [] }: RowChange, scan: Scan, { store }: JudgeContext): Promise<void> {
  for (const vector of deletes.filter(isDeletionVector)) {
    const older = scan.deleteFiles.find((file) => file.deleted && file.referencedDataFile === vector.referencedDataFile)
    if (older?.deleted === undefined) continue
    const positions = readDeletionVector(vector, await store.get(vector.location))
    const all = countPositions(mergedPositions(positions, older.deleted))
    assert(all === vector.recordCount, `the vector of ${vector.referencedDataFile} holds the rows of the one before it`)
  }
}

/** What a vector stands for, and what only touched files that go. */
function needlessDeletes({ deletes = [], removed = [] }: RowChange, scan: Scan): readonly ScannedFile[] {
  const replaced = new Set(deletes.filter(isDeletionVector).map(({ referencedDataFile }) => referencedDataFile))
  const gone = new Set(removed.map(({ location }) => location))
  const dangling = removed.length === 0 ? [] : danglingDeletes(scan, gone)
  const ofReplaced = scan.deleteFiles.filter((file) => replaced.has(ofDataFile(file)))
  return [...new Set([...dangling, ...ofReplaced])]
}
