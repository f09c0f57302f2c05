import { Link, useNavigate } from '@tanstack/react-router'
import type { ListedTable } from '../../api/answers.ts'
import { useAllTables } from '../../api/tables.ts'
import { VirtualGrid, type GridColumn } from '../../parts/virtual-grid.tsx'

/** Tables that SQL and clients of the catalog made, which no declaration names. */
export function UndeclaredTables({ prefix }: { readonly prefix: string }) {
  const navigate = useNavigate()
  const tables = useAllTables()
  const rows = (tables.data ?? []).filter(({ by, name }) => by === 'others' && name.startsWith(prefix))
  if (rows.length === 0) return null
  return (
    <section className="card" aria-label="Not declared">
      <h2>
        Not declared <span className="quiet note">SQL or a client of the catalog made them</span>
      </h2>
      <VirtualGrid
        label="Tables that are not declared"
        rows={rows}
        columns={columns}
        height={320}
        keyOf={addressOf}
        onOpen={(table) =>
          void navigate({ to: '/resources/$kind/$name', params: { kind: 'table', name: addressOf(table) }, search: {} })
        }
      />
    </section>
  )
}

const columns: readonly GridColumn<ListedTable>[] = [
  {
    name: 'Name',
    width: 240,
    grows: true,
    cell: (table) => (
      <Link to="/resources/$kind/$name" params={{ kind: 'table', name: addressOf(table) }} search={{}}>
        {table.name}
      </Link>
    ),
  },
  { name: 'Namespace', width: 200, cell: ({ namespace }) => namespace },
]

function addressOf({ namespace, name }: ListedTable): string {
  return `${namespace}.${name}`
}
