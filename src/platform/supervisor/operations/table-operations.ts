import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { CatalogClient } from '../../../lake/client/catalog-client.ts'
import { deltaRoot, isDelta } from '../../../lake/delta/write/delta-table.ts'
import { createRef, dropRef, planRollback, rollBack, type Rollback } from '../../../lake/history/change-refs.ts'
import { momentOfText } from '../../../lake/history/moment-text.ts'
import { schemaHistory, sortHistory, specHistory } from '../../../lake/history/schema-history.ts'
import { snapshotDiff } from '../../../lake/history/snapshot-diff.ts'
import { tableHistory, tableRefs } from '../../../lake/history/table-history.ts'
import { describeTable } from '../../../lake/inspection/describe-table.ts'
import type { Snapshot } from '../../../lake/metadata/table-metadata.ts'
import { tableClients, type ReadingPlace } from './table-clients.ts'
import type { MaintainedTableName, RollbackPlan, TableOperations } from '../../operations.ts'
import { rowsAt } from '../../../lake/history/rows-at.ts'

/** Of metadata alone: light enough for the supervisor. Commits go through the catalog like everybody's. */
export function createTableOperations(catalog: CatalogClient, place: () => ReadingPlace | undefined): TableOperations {
  const metadataOf = async (table: MaintainedTableName) => (await catalog.loadTable(identOf(table))).metadata
  return {
    async history(table) {
      const metadata = await metadataOf(table)
      return { items: tableHistory(metadata), refs: tableRefs(metadata) }
    },
    async diff(table, from, to) {
      return snapshotDiff(await metadataOf(table), table, { from: momentOfText(from), to: momentOfText(to) })
    },
    async planRollback(table, to) {
      return planOf(planRollback(await metadataOf(table), identOf(table), momentOfText(to)))
    },
    async rollBack(table, to, expected) {
      return planOf(await rollBack(catalog, identOf(table), { to: momentOfText(to), expected }))
    },
    async createRef(table, { at, ...ref }) {
      const asked = { ...ref, ...(at === undefined ? {} : { at: momentOfText(at) }) }
      return { snapshot: String((await createRef(catalog, identOf(table), asked))['snapshot-id']) }
    },
    dropRef: (table, ref) => dropRef(catalog, identOf(table), ref),
    describe: async (table) => describeTable(await catalog.loadTable(identOf(table)), table),
    async schemas(table) {
      const metadata = await metadataOf(table)
      return {
        schemas: schemaHistory(metadata),
        partitionSpecs: specHistory(metadata),
        sortOrders: sortHistory(metadata),
      }
    },
    async clients(table, principal, readsFiles) {
      const metadata = await metadataOf(table)
      const { location } = metadata
      const delta = isDelta(metadata) ? { deltaLocation: deltaRoot(metadata) } : {}
      const known = place()
      if (known === undefined) throw new WeirError('WEIR-2005', 'Weir is starting: where it answers is not known yet')
      const user = principal.kind === 'user' ? { user: principal.name } : {}
      return tableClients({ ...table, location, ...delta }, { ...known, ...user, readsFiles })
    },
  }
}

const identOf = ({ namespace, name }: MaintainedTableName) => ({ namespace: [namespace], name })

function planOf({ from, to, undone }: Rollback): RollbackPlan {
  return { from: endOf(from), to: endOf(to), undone: undone.map((snapshot) => String(snapshot['snapshot-id'])) }
}

function endOf(snapshot: Snapshot): RollbackPlan['from'] {
  return {
    snapshot: String(snapshot['snapshot-id']),
    at: snapshot['timestamp-ms'],
    rows: rowsAt(snapshot),
  }
}
