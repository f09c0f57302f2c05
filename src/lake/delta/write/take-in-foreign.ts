import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { under } from '../../../storage/objects/location.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import { prepareSnapshot } from '../../commit/prepare-snapshot.ts'
import type { Operation } from '../../commit/summary.ts'
import type { DataFile } from '../../manifest/data-file.ts'
import type { ManifestReader } from '../../manifest/manifest-reader.ts'
import { applyUpdates } from '../../metadata/apply-updates.ts'
import { specById, tableSchema } from '../../metadata/read.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import type { TableUpdate } from '../../metadata/update.ts'
import { planScan } from '../../scan/plan-scan.ts'
import { singleValue } from '../../types/single-value.ts'
import type { AddFile, DeltaAction } from '../delta-action.ts'
import { localPath } from '../read-delta.ts'
import { deltaRoot } from './delta-table.ts'
import { nameMappingUpdate, shapeUpdates } from './foreign-shape.ts'
import { partitionValue } from './partition-text.ts'
import { statisticsOf } from '../read-statistics.ts'

export interface TakeInContext {
  readonly store: Pick<ObjectStore, 'get' | 'put'>
  readonly reader: ManifestReader
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The table after a commit of another engine. Nothing of it is left out: what Weir does not know is `WEIR-4025`. */
export async function takeInForeign(
  actions: readonly DeltaAction[],
  metadata: TableMetadata,
  context: TakeInContext,
): Promise<TableMetadata> {
  const shaped = applyUpdates(metadata, shapeUpdates(actions, metadata), context.now())
  const change = await fileChange(actions, shaped, context)
  if (change === undefined) return shaped
  const info = actions.find(({ commitInfo }) => commitInfo)?.commitInfo ?? {}
  const engine = typeof info['engineInfo'] === 'string' ? { 'engine-name': info['engineInfo'] } : {}
  const { updates } = await prepareSnapshot({
    ...change,
    ...context,
    metadata: shaped,
    keepsState: true,
    snapshotProperties: engine,
  })
  const mapping: readonly TableUpdate[] = change.added.length > 0 ? [nameMappingUpdate(shaped)] : []
  return applyUpdates(shaped, [...updates, ...mapping], context.now())
}

interface FileChange {
  readonly operation: Operation
  readonly added: readonly { readonly file: DataFile }[]
  readonly removed: readonly DataFile[]
}

async function fileChange(
  actions: readonly DeltaAction[],
  metadata: TableMetadata,
  { store, reader }: TakeInContext,
): Promise<FileChange | undefined> {
  const adds = actions.flatMap(({ add }) => (add ? [add] : []))
  const removes = actions.flatMap(({ remove }) => (remove ? [remove] : []))
  if (adds.length === 0 && removes.length === 0) return undefined
  const vector = [...adds, ...removes].find(({ deletionVector }) => deletionVector)
  if (vector)
    throw new WeirError(
      'WEIR-4025',
      `${metadata.location}: ${vector.path} has a deletion vector; drop the feature deletionVectors with the engine that wrote it`,
    )
  const root = deltaRoot(metadata)
  const locationOf = ({ path }: { readonly path: string }): string => under(root, localPath(path, root))
  // A plain append names new files only; all else may name one again, with other statistics.
  const isPlain = removes.length === 0 && adds.every(({ dataChange }) => dataChange !== false)
  const { dataFiles } = isPlain ? { dataFiles: [] } : await planScan({ metadata, store, reader })
  const live = new Map(dataFiles.map((file) => [file.location, file]))
  const coming = new Set(adds.map(locationOf))
  const going = new Set(removes.map(locationOf))
  const removed = [...going]
    .filter((location) => !coming.has(location))
    .map((location) => liveFile(live, location, metadata))
  const added = adds
    .filter((add) => !going.has(locationOf(add)) && !live.has(locationOf(add)))
    .map((add) => ({ file: dataFile(add, locationOf(add), metadata) }))
  if (added.length === 0 && removed.length === 0) return undefined
  const changesRows = [...adds, ...removes].some(({ dataChange }) => dataChange !== false)
  return { added, removed, operation: operationOf(changesRows, added.length, removed.length) }
}

function operationOf(changesRows: boolean, added: number, removed: number): Operation {
  if (removed === 0) return 'append'
  if (!changesRows) return 'replace'
  return added === 0 ? 'delete' : 'overwrite'
}

function liveFile(live: ReadonlyMap<string, DataFile>, location: string, metadata: TableMetadata): DataFile {
  const found = live.get(location)
  if (found !== undefined) return found
  throw new WeirError(
    'WEIR-4026',
    `the log of ${metadata.location} takes out ${location}, which the table does not have`,
  )
}

function dataFile(add: AddFile, location: string, metadata: TableMetadata): DataFile {
  const spec = specById(metadata, metadata['default-spec-id'])
  const { fields } = tableSchema(metadata)
  const statistics = statisticsOf(add, fields)
  const partition = spec.fields.map(({ 'source-id': id }) => {
    const { name, type } = fields.find((field) => field.id === id)!
    return { id, type: type as string, value: partitionValue(type as string, add.partitionValues?.[name]) }
  })
  for (const { id, type, value } of partition) {
    if (value === null || Number.isNaN(value)) continue
    // The file has no such column, and all of its rows have the value.
    const bound = singleValue(type, value)
    statistics.lowerBounds.set(id, bound)
    statistics.upperBounds.set(id, bound)
    statistics.nullCounts.set(id, 0)
  }
  return {
    content: 'data',
    location,
    format: 'PARQUET',
    specId: spec['spec-id'],
    partition: partition.map(({ value }) => value),
    sizeBytes: add.size,
    ...statistics,
  }
}
