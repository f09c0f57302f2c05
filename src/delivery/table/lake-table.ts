import { WeirError } from '../../kernel/errors/weir-error.ts'
import { prepareSnapshot } from '../../lake/commit/prepare-snapshot.ts'
import type { Operation } from '../../lake/commit/summary.ts'
import type { TableIdent } from '../../lake/catalog/pointer-store.ts'
import type { CatalogClient, LoadedTable } from '../../lake/client/catalog-client.ts'
import type { DataFile } from '../../lake/manifest/data-file.ts'
import { manifestReader } from '../../lake/manifest/manifest-reader.ts'
import { prepareSchemaChange } from '../../lake/metadata/prepare-schema-change.ts'
import { dataFilesOfCopy, type CopyRow } from '../../lake/write/copy-result.ts'
import { dataLocation } from '../../lake/write/data-location.ts'
import { specById, tableSchema } from '../../lake/metadata/read.ts'
import { deliveryState, stateProperty } from '../../record/delivery-state.ts'
import { checkedLocation } from '../../storage/objects/checked-name.ts'
import { under } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { AdoptedFile, CommitOutcome, DeliveryTable, LocalDataFile, TableView } from './delivery-table.ts'
import { lakeRowChanges } from './lake-row-changes.ts'
import { lakeView } from './lake-view.ts'
import type { RowChanges } from './row-changes.ts'

export interface LakeTablePorts {
  readonly catalog: Pick<CatalogClient, 'loadTable' | 'commitTable'>
  readonly store: ObjectStore
}

export interface LakeTable extends DeliveryTable {
  /** For those who change rows that are there. */
  readonly rowChanges: RowChanges
}

/** Of state files and dead letters, in the table's. */
const ownFolder = 'weir'

/** An Iceberg table behind any REST catalog, as deliveries commit to it; it is first asked for by a call. Paths lie under the location that was loaded last. */
export function openLakeTable(ident: TableIdent, { catalog, store }: LakeTablePorts): LakeTable {
  const reader = manifestReader(store)
  const views = new WeakMap<TableView, LoadedTable>()
  // A table that is dropped and made again may lie elsewhere.
  let location: string | undefined
  const place = async (): Promise<string> => (location ??= (await catalog.loadTable(ident)).metadata.location)
  const loadedOf = (view: TableView) => views.get(view)!.metadata

  return {
    rowChanges: lakeRowChanges({ store, reader, metadataOf: loadedOf }),
    async load() {
      const loaded = await catalog.loadTable(ident)
      location = loaded.metadata.location
      const view = lakeView(loaded.metadata, { store, reader })
      views.set(view, loaded)
      return view
    },
    async readState(path) {
      const location = await place()
      const text = await store.get(under(location, path)).catch((cause: unknown) => {
        if (cause instanceof WeirError && cause.code === 'WEIR-8002')
          throw new WeirError('WEIR-5011', `the state file ${path} of the table at ${location} is gone`, { cause })
        if (cause instanceof WeirError && cause.code === 'WEIR-8007')
          throw new WeirError('WEIR-5011', `the state file of the table cannot be read: ${cause.message}`, { cause })
        throw cause
      })
      const parsed = deliveryState.safeParse(jsonOf(text))
      if (parsed.success) return parsed.data
      throw new WeirError('WEIR-5011', `the state file ${path} of the table at ${location} cannot be read`, {
        cause: parsed.error,
      })
    },
    get: async (path) => store.get(under(await place(), path)),
    async put(nameOf, bytes) {
      const made = checkedLocation(under(await place(), ownFolder), bytes, nameOf)
      await store.put(made, bytes, { ifAbsent: true })
      return `${ownFolder}${made.slice(made.lastIndexOf('/'))}`
    },
    adopt: (view, files) => adoptFiles(loadedOf(view), store, files),
    async commit(view, { files, removed = [], state }) {
      const [added, gone] = [files.map(dataFile), removed.map(dataFile)]
      const append = await prepareSnapshot({
        metadata: loadedOf(view),
        store,
        operation: operationOf(added, gone),
        added: added.map((file) => ({ file })),
        removed: gone,
        snapshotProperties: { [stateProperty]: state },
        tableProperties: { [stateProperty]: state },
        reader,
      })
      const outcome = await catalog.commitTable(ident, append)
      return outcomeOf(outcome, String(append.snapshotId))
    },
    async addColumns(view, columns) {
      const { outcome } = await catalog.commitTable(ident, prepareSchemaChange(loadedOf(view), columns))
      // Without an answer the table tells: the caller loads it either way.
      return outcome === 'committed' ? 'landed' : 'conflict'
    },
  }
}

function dataFile({ entry }: AdoptedFile): DataFile {
  return entry as DataFile
}

/** As the specification names what a snapshot did (snapshots, `operation`). */
function operationOf(added: readonly DataFile[], removed: readonly DataFile[]): Operation {
  const deletes = removed.length > 0 || added.some(({ content }) => content !== 'data')
  if (!deletes) return 'append'
  return added.some(({ content }) => content === 'data') ? 'overwrite' : 'delete'
}

function outcomeOf(outcome: Awaited<ReturnType<CatalogClient['commitTable']>>, snapshotId: string): CommitOutcome {
  if (outcome.outcome === 'committed') return { kind: 'landed', snapshotId }
  if (outcome.outcome === 'conflict') return { kind: 'conflict' }
  return { kind: 'unknown', snapshotId, reason: String(outcome.cause) }
}

async function adoptFiles(
  metadata: LoadedTable['metadata'],
  store: ObjectStore,
  files: readonly LocalDataFile[],
): Promise<readonly AdoptedFile[]> {
  const spec = specById(metadata, metadata['default-spec-id'])
  const written = dataFilesOfCopy(
    files.map(({ statistics }) => statistics as unknown as CopyRow),
    { schema: tableSchema(metadata), spec, location: (partition) => dataLocation(metadata, spec, partition) },
  )
  for (const { localPath, file } of written) await store.adopt(localPath, file.location)
  return written.map(({ file }) => ({ location: file.location, entry: file }))
}

function jsonOf(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString())
  } catch {
    return undefined
  }
}
