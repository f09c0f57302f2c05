import { useNavigate, useSearch } from '@tanstack/react-router'
import { ApiError } from '../../api/client.ts'
import { useTable } from '../../api/tables.ts'
import { Command } from '../../parts/command.tsx'
import { Empty, ErrorNotice, Loading } from '../../parts/notice.tsx'
import { Page } from '../../parts/page.tsx'
import { shell } from '../../parts/shell.ts'
import { Tabs } from '../../parts/tabs.tsx'
import TableTab, { tableTabs } from './table-tab.tsx'

/** A table that SQL or a client of the catalog made: all that there is of a table, without what a declaration says. */
export default function UndeclaredTable({ name }: { readonly name: string }) {
  const { tab: asked = 'Data' } = useSearch({ from: '/resources/$kind/$name' })
  const navigate = useNavigate({ from: '/resources/$kind/$name' })
  const table = useTable(name)
  const tab = tableTabs.find((one) => one === asked) ?? 'Data'
  if (table.error instanceof ApiError && table.error.status === 404)
    return (
      <Page title={name}>
        <Empty command="weir get table">{table.error.message}</Empty>
      </Page>
    )
  if (table.isLoadingError)
    return (
      <Page title={name}>
        <ErrorNotice error={table.error} retry={() => void table.refetch()} />
      </Page>
    )
  if (!table.data)
    return (
      <Page title={name}>
        <Loading height={400} />
      </Page>
    )
  const { namespace, name: bare } = table.data
  return (
    <Page
      title={name}
      aside={
        <>
          <span className="kind">table</span>
          <span className="quiet">not declared: SQL or a client of the catalog made it</span>
          <span className="push">
            <Command>{shell`weir table show ${name}`}</Command>
          </span>
        </>
      }
    >
      <Tabs names={tableTabs} chosen={tab} onChoose={(chosen) => void navigate({ search: { tab: chosen } })} />
      <div role="tabpanel" aria-label={tab} className="page">
        <TableTab key={name} tab={tab} table={{ name, namespace, bare, columns: undefined }} />
      </div>
    </Page>
  )
}
