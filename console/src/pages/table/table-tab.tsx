import type { ReactNode } from 'react'
import type { Resource } from '../../api/resource.ts'
import { TableClients } from './table-clients.tsx'
import { TableFiles } from './table-files.tsx'
import { TableMaintenance } from './table-maintenance.tsx'
import { TablePartitions } from './table-partitions.tsx'
import { TableRows } from './table-rows.tsx'
import { TableSchema } from './table-schema.tsx'
import { TableSnapshots } from './table-snapshots.tsx'

/** The tabs that only tables have. */
export default function TableTab({ tab, resource }: { readonly tab: string; readonly resource: Resource }): ReactNode {
  switch (tab) {
    case 'Schema':
      return <TableSchema name={resource.name} />
    case 'Partitions':
      return <TablePartitions name={resource.name} />
    case 'Files':
      return <TableFiles name={resource.name} />
    case 'Snapshots':
      return <TableSnapshots resource={resource} />
    case 'Maintenance':
      return <TableMaintenance name={resource.name} />
    case 'Clients':
      return <TableClients name={resource.name} />
    default:
      return <TableRows resource={resource} />
  }
}
