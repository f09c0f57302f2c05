import { nodeFiles } from '../../kernel/files/node-files.ts'
import { connectCatalog } from '../../lake/client/connect-catalog.ts'
import { expireSnapshots, type MaintenanceContext } from '../../lake/maintenance/expire-snapshots.ts'
import { removeOrphans } from '../../lake/maintenance/remove-orphans.ts'
import { manifestReader } from '../../lake/manifest/manifest-reader.ts'
import { openObjectStore } from '../../storage/objects/open.ts'
import type { MaintenanceRequest } from './child-methods.ts'

/** One task on one table, through the catalog like everybody else; answers what was removed. */
export async function maintainTable(request: MaintenanceRequest): Promise<{ snapshots: number; files: number }> {
  const { namespace, name, task, catalogUri, catalogToken, warehouse } = request
  const store = openObjectStore({ roots: [warehouse], files: nodeFiles })
  const context: MaintenanceContext = {
    client: connectCatalog({ uri: catalogUri, ...(catalogToken === undefined ? {} : { token: catalogToken }) }),
    store,
    reader: manifestReader(store),
    now: () => Date.now(),
  }
  const ident = { namespace: [namespace], name }
  if (task === 'expire snapshots') return expireSnapshots(ident, context)
  return { snapshots: 0, ...(await removeOrphans(ident, context)) }
}
