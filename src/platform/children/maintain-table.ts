import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { connectCatalog } from '../../lake/client/connect-catalog.ts'
import { compactTable } from '../../lake/maintenance/compaction/compact-table.ts'
import type { RowEngine } from '../../lake/maintenance/compaction/row-engine.ts'
import { expireSnapshots } from '../../lake/maintenance/expire-snapshots.ts'
import { removeOrphans } from '../../lake/maintenance/remove-orphans.ts'
import { manifestReader } from '../../lake/manifest/manifest-reader.ts'
import type { Duckdb } from '../../sql/duckdb/duckdb.ts'
import { openObjectStore } from '../../storage/objects/open.ts'
import type { MaintainedFiles, MaintenanceRequest } from './child-methods.ts'

const nothing: MaintainedFiles = { snapshots: 0, files: 0, bytesRemoved: 0, filesAdded: 0, bytesAdded: 0 }

/** One task on one table, through the catalog like everybody else. */
export async function maintainTable(
  request: MaintenanceRequest,
  { duckdb, folder }: { readonly duckdb: Duckdb; readonly folder: string },
): Promise<MaintainedFiles> {
  const { namespace, name, task, catalogUri, catalogToken, warehouse } = request
  const store = openObjectStore({ roots: [warehouse], files: nodeFiles })
  const client = connectCatalog({ uri: catalogUri, ...(catalogToken === undefined ? {} : { token: catalogToken }) })
  const context = { client, store, reader: manifestReader(store), now: () => Date.now() }
  const ident = { namespace: [namespace], name }
  if (task === 'expire snapshots') {
    const { snapshots, files, bytes } = await expireSnapshots(ident, context)
    return { ...nothing, snapshots, files, bytesRemoved: bytes }
  }
  if (task === 'remove orphans') {
    const { files, bytes } = await removeOrphans(ident, context)
    return { ...nothing, files, bytesRemoved: bytes }
  }
  const connection: DuckDBConnection = await duckdb.connect()
  try {
    await connection.run(`SET TimeZone = 'UTC'`)
    const engine = rowEngine(connection)
    const { groups } = await compactTable(ident, { ...context, engine, folder: join(folder, 'compaction') })
    const sum = (count: (group: (typeof groups)[number]) => number) => groups.reduce((all, one) => all + count(one), 0)
    return {
      ...nothing,
      files: sum(({ filesBefore }) => filesBefore),
      bytesRemoved: sum(({ bytesBefore }) => bytesBefore),
      filesAdded: sum(({ filesAfter }) => filesAfter),
      bytesAdded: sum(({ bytesAfter }) => bytesAfter),
    }
  } finally {
    connection.closeSync()
  }
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
