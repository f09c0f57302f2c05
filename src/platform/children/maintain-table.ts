import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { connectCatalog } from '../../lake/client/connect-catalog.ts'
import {
  compactTable,
  type CompactedGroup,
  type Compaction,
  type CompactionOptions,
} from '../../lake/maintenance/compaction/compact-table.ts'
import type { RowEngine } from '../../lake/maintenance/compaction/row-engine.ts'
import { filesOfGroups } from '../../lake/maintenance/compaction/files-of-groups.ts'
import { expireSnapshots, type MaintenanceContext } from '../../lake/maintenance/expire-snapshots.ts'
import { isDelta } from '../../lake/delta/write/delta-table.ts'
import { writeCheckpoint } from '../../lake/delta/write/write-checkpoint.ts'
import { removeOrphans } from '../../lake/maintenance/remove-orphans.ts'
import { manifestReader } from '../../lake/manifest/manifest-reader.ts'
import type { Duckdb } from '../../sql/duckdb/duckdb.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { type ManifestRewriting, rewriteManifests } from '../../lake/maintenance/rewrite-manifests.ts'
import type { MaintainedFiles, MaintenancePlanRequest, MaintenanceRequest, TablePlace } from './child-methods.ts'

interface CompactionPlace {
  readonly store: ObjectStore
  readonly duckdb: Duckdb
  readonly folder: string
}

const nothing: MaintainedFiles = {
  snapshots: 0,
  files: 0,
  bytesRemoved: 0,
  filesAdded: 0,
  bytesAdded: 0,
  deletedRows: 0,
  groups: [],
  left: [],
}

/** One task on one table, through the catalog like everybody else. `onGroup` hears of each group that was committed; `stop` ends it between two. */
export async function maintainTable(
  request: MaintenanceRequest,
  place: CompactionPlace,
  onGroup: (group: CompactedGroup) => void,
  stop: AbortSignal,
): Promise<MaintainedFiles> {
  return work(request, place, { onGroup, stop, ...(request.asked ? { countMin: askedManifestsMin } : {}) })
}

/** What a task would do now, asked for by somebody. */
export function planMaintenance(request: MaintenancePlanRequest, place: CompactionPlace): Promise<MaintainedFiles> {
  return work(request, place, { dryRun: true, countMin: askedManifestsMin })
}

/** Who asks for it has fewer put together than a turn does by itself. */
const askedManifestsMin = 2

async function work(
  request: MaintenancePlanRequest,
  place: CompactionPlace,
  options: Pick<ManifestRewriting, 'dryRun' | 'countMin' | 'onGroup' | 'stop'>,
): Promise<MaintainedFiles> {
  const { namespace, name, task } = request
  const context = contextOf(request, place)
  const ident = { namespace: [namespace], name }
  switch (task) {
    case 'expire snapshots': {
      const { snapshots, files, bytes } = await expireSnapshots(ident, context, options)
      return { ...nothing, snapshots, files, bytesRemoved: bytes }
    }
    case 'remove orphans': {
      const { files, bytes } = await removeOrphans(ident, context, options)
      return { ...nothing, files, bytesRemoved: bytes }
    }
    case 'rewrite manifests':
      return maintained(await rewriteManifests(ident, context, options))
    case 'compact':
      return maintained(await compact(request, place, options))
  }
}

function maintained({ groups, left }: Compaction): MaintainedFiles {
  return { ...filesOfGroups(groups), groups, left }
}

/** Of a Delta table: null where the newest version has a checkpoint, or the table has gone. */
export async function checkpointTable(
  request: TablePlace,
  place: CompactionPlace,
): Promise<{ readonly version: number } | null> {
  const { client, store, now } = contextOf(request, place)
  const { metadata } = await client.loadTable({ namespace: [request.namespace], name: request.name })
  if (!isDelta(metadata)) return null
  const connection = await place.duckdb.connect()
  try {
    await connection.run(`SET TimeZone = 'UTC'`)
    const folder = join(place.folder, 'checkpoints')
    const version = await writeCheckpoint(metadata, { store, now, engine: rowEngine(connection), folder })
    return version === undefined ? null : { version }
  } finally {
    connection.closeSync()
  }
}

async function compact(request: TablePlace, place: CompactionPlace, options: CompactionOptions): Promise<Compaction> {
  const { duckdb, folder } = place
  const connection: DuckDBConnection = await duckdb.connect()
  try {
    await connection.run(`SET TimeZone = 'UTC'`)
    const ident = { namespace: [request.namespace], name: request.name }
    const ports = { engine: rowEngine(connection), folder: join(folder, 'compaction') }
    return await compactTable(ident, { ...contextOf(request, place), ...ports }, options)
  } finally {
    connection.closeSync()
  }
}

function contextOf(
  { catalogUri, catalogToken }: TablePlace,
  { store }: Pick<CompactionPlace, 'store'>,
): MaintenanceContext & { readonly store: ObjectStore } {
  const client = connectCatalog({ uri: catalogUri, ...(catalogToken === undefined ? {} : { token: catalogToken }) })
  return { client, store, reader: manifestReader(store), now: () => Date.now() }
}

function rowEngine(connection: DuckDBConnection): RowEngine {
  return {
    async query(sql, signal) {
      signal?.throwIfAborted()
      const end = (): void => connection.interrupt()
      signal?.addEventListener('abort', end)
      try {
        return (await connection.runAndReadAll(sql)).getRowObjectsJson()
      } finally {
        signal?.removeEventListener('abort', end)
      }
    },
  }
}
