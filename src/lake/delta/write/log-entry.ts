import { version as weirVersion } from '../../../kernel/version.ts'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { deliveryState, stateProperty } from '../../../record/delivery-state.ts'
import { under } from '../../../storage/objects/location.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import { stringifyJson } from '../../json.ts'
import type { DataFile } from '../../manifest/data-file.ts'
import type { ManifestReader } from '../../manifest/manifest-reader.ts'
import { currentSnapshot, specById, tableSchema } from '../../metadata/read.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import type { TableUpdate } from '../../metadata/update.ts'
import { changedFiles, type ChangedFiles } from './changed-files.ts'
import { checkShape } from './check-shape.ts'
import { deltaRoot } from './delta-table.ts'
import { fileStatistics } from './file-statistics.ts'
import { partitionText } from './partition-text.ts'
import { schemaString } from './schema-string.ts'
import { checkRemoval, configurationOf, protocolFor, settingsOf } from './table-settings.ts'

export interface EntryContext {
  readonly store: Pick<ObjectStore, 'get'>
  readonly reader: ManifestReader
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface LoggedChange {
  /** Undefined for the first commit, which makes the table. */
  readonly before: TableMetadata | undefined
  readonly after: TableMetadata
  /** What leads from one to the other, as it is taken in again from the log. */
  readonly updates: readonly TableUpdate[]
}

/**
 * The commit that says a change in Delta's words, a line for each action; undefined when no word of it is Delta's (a tag, a setting, snapshots
 * that expire). It carries the updates themselves, so that the log alone is enough to take the change in. `WEIR-4027` for what the
 * log cannot say.
 */
export async function logEntry(change: LoggedChange, context: EntryContext): Promise<string | undefined> {
  const { before, after } = change
  const snapshot = currentSnapshot(after)
  const old = before && currentSnapshot(before)
  const isShaped = before === undefined || shapeOf(before) !== shapeOf(after)
  const isSame = snapshot?.['snapshot-id'] === old?.['snapshot-id'] && stateOf(after) === stateOf(before)
  if (!isShaped && isSame) return undefined
  if (before === undefined) checkShape(after)
  const files = await changedFiles(old, snapshot, context)
  const isRewrite =
    snapshot?.summary?.['operation'] === 'replace' && snapshot['parent-snapshot-id'] === old?.['snapshot-id']
  const dataChange = !isRewrite
  if (dataChange && files.removed.length > 0) checkRemoval(after)
  const lines = [
    { commitInfo: commitInfo(change, files, { isRewrite, now: context.now }) },
    ...(isShaped ? shapeActions(change, context.now) : []),
    ...(await offsets(change, context)),
    ...files.removed.map((file) => ({ remove: removeAction(file, after, { dataChange, at: context.now }) })),
    ...files.added.map((file) => ({ add: addAction(file, after, { dataChange, at: context.now }) })),
  ]
  return `${lines.map(stringifyJson).join('\n')}\n`
}

function stateOf(metadata: TableMetadata | undefined): string | undefined {
  return metadata?.properties?.[stateProperty]
}

function shapeOf(metadata: TableMetadata): string {
  return schemaString(tableSchema(metadata).fields) + JSON.stringify(configurationOf(metadata))
}

interface AboutCommit {
  /** Files are written anew, no row is changed. */
  readonly isRewrite: boolean
  readonly now: number
}

function commitInfo(
  { before, after, updates }: LoggedChange,
  { added, removed }: ChangedFiles,
  { isRewrite, now }: AboutCommit,
) {
  const appends = removed.length === 0
  const rows = added.reduce((sum, { recordCount }) => sum + recordCount, 0)
  const bytes = added.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return {
    timestamp: now,
    operation: before === undefined ? 'CREATE TABLE' : isRewrite ? 'OPTIMIZE' : 'WRITE',
    operationParameters: {
      mode: appends ? 'Append' : 'Overwrite',
      partitionBy: JSON.stringify(partitionNames(after)),
    },
    isolationLevel: 'Serializable',
    isBlindAppend: appends,
    operationMetrics: {
      numFiles: String(added.length),
      numOutputRows: String(rows),
      numOutputBytes: String(bytes),
      numRemovedFiles: String(removed.length),
    },
    engineInfo: `Weir/${weirVersion()}`,
    ...(before === undefined ? {} : { weir: { table: after['table-uuid'], updates } }),
  }
}

function shapeActions({ before, after }: LoggedChange, now: number): readonly object[] {
  const settings = settingsOf(after)
  const { fields } = tableSchema(after)
  const protocol = protocolFor(fields, settings.protocol)
  const known = before && protocolFor(tableSchema(before).fields, settings.protocol)
  const metaData = {
    id: after['table-uuid'],
    ...(settings.name === undefined ? {} : { name: settings.name }),
    ...(settings.description === undefined ? {} : { description: settings.description }),
    format: { provider: 'parquet', options: {} },
    schemaString: schemaString(fields),
    partitionColumns: partitionNames(after),
    configuration: configurationOf(after),
    createdTime: settings.createdTime ?? now,
  }
  return [...(JSON.stringify(known) === JSON.stringify(protocol) ? [] : [{ protocol }]), { metaData }]
}

function partitionNames(metadata: TableMetadata): readonly string[] {
  const { fields } = tableSchema(metadata)
  return specById(metadata, metadata['default-spec-id']).fields.map(
    ({ 'source-id': id }) => fields.find((field) => field.id === id)!.name,
  )
}

/** How far each partition of a stream has been delivered: for engines that know nothing of state files. */
async function offsets({ before, after }: LoggedChange, { store, now }: EntryContext): Promise<readonly object[]> {
  const state = stateOf(after)
  if (state === undefined || state === stateOf(before)) return []
  const { entries } = deliveryState.parse(JSON.parse((await store.get(under(after.location, state))).toString()))
  return entries.map(({ source, partition, next }) => ({
    txn: { appId: `weir/${source}/${partition}`, version: BigInt(next), lastUpdated: now },
  }))
}

interface FileAction {
  readonly dataChange: boolean
  readonly at: number
}

function addAction(file: DataFile, metadata: TableMetadata, { dataChange, at }: FileAction) {
  return {
    path: relativePath(file.location, metadata),
    partitionValues: partitionValues(file, metadata),
    size: file.sizeBytes,
    modificationTime: at,
    dataChange,
    stats: fileStatistics(file, tableSchema(metadata).fields),
  }
}

function removeAction(file: DataFile, metadata: TableMetadata, { dataChange, at }: FileAction) {
  return {
    path: relativePath(file.location, metadata),
    deletionTimestamp: at,
    dataChange,
    extendedFileMetadata: true,
    partitionValues: partitionValues(file, metadata),
    size: file.sizeBytes,
  }
}

function partitionValues(file: DataFile, metadata: TableMetadata): Record<string, string | null> {
  const { fields } = tableSchema(metadata)
  const named = specById(metadata, file.specId).fields.map(({ 'source-id': id }, at) => {
    const { name, type } = fields.find((field) => field.id === id)!
    return [name, partitionText(type as string, file.partition[at] ?? null, name)] as const
  })
  return Object.fromEntries(named)
}

/** A URI from the table's folder on (Delta protocol, "Add File and Remove File"). */
function relativePath(location: string, metadata: TableMetadata): string {
  const root = under(deltaRoot(metadata), '')
  if (!location.startsWith(root))
    throw new WeirError('WEIR-4027', `${location} is not in ${root}: a Delta table has its files in its own folder`)
  return location
    .slice(root.length)
    .split('/')
    .map((name) => encodeURIComponent(name).replaceAll('%3D', '='))
    .join('/')
}
