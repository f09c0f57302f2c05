import type { ReactNode } from 'react'
import { TableClients } from './table-clients.tsx'
import { TableFiles } from './table-files.tsx'
import { TableMaintenance } from './table-maintenance.tsx'
import { TablePartitions } from './table-partitions.tsx'
import { TableRows } from './table-rows.tsx'
import { TableSchema } from './table-schema.tsx'
import type { TableOfPage } from './table-of-page.ts'
import { TableSnapshots } from './table-snapshots.tsx'

export const tableTabs = ['Data', 'Schema', 'Partitions', 'Files', 'Snapshots', 'Maintenance', 'Clients'] as const

/** The tabs that only tables have. */
export default function TableTab({ tab, table }: { readonly tab: string; readonly table: TableOfPage }): ReactNode {
  const { name } = table
  switch (tab) {
    case 'Schema':
      return <TableSchema name={name} />
    case 'Partitions':
      return <TablePartitions name={name} />
    case 'Files':
      return <TableFiles name={name} />
    case 'Snapshots':
      return <TableSnapshots table={table} />
    case 'Maintenance':
      return <TableMaintenance name={name} />
    case 'Clients':
      return <TableClients name={name} />
    default:
      return <TableRows table={table} />
  }
}
