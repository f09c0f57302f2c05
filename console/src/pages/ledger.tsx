import { useNavigate, useSearch } from '@tanstack/react-router'
import { whenReachable } from '../api/when-reachable.ts'
import { lazy, Suspense } from 'react'
import { useLedger, useResources } from '../api/queries.ts'
import type { LedgerHop } from '../api/answers.ts'
import { formatCount } from '../parts/format.ts'
import { Age, Ago } from '../parts/age.tsx'
import { Command } from '../parts/command.tsx'
import { Empty, ErrorNotice, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { Balance } from '../parts/state.tsx'
import { HopPartitions } from './hop-partitions.tsx'
import { VerifyPanel } from './verify-panel.tsx'

const ResourceGraph = lazy(() => whenReachable(() => import('../graph/resource-graph.tsx')))

/** in = delivered + rejected + pending, for each hop; a click shows its partitions. */
export function LedgerPage() {
  const { hop: chosen } = useSearch({ from: '/ledger' })
  const navigate = useNavigate({ from: '/ledger' })
  const ledger = useLedger()
  const resources = useResources()
  if (ledger.isLoadingError)
    return (
      <Page title="Ledger">
        <ErrorNotice error={ledger.error} retry={() => void ledger.refetch()} />
      </Page>
    )
  if (!ledger.data)
    return (
      <Page title="Ledger">
        <Loading height={480} />
      </Page>
    )
  const { hops } = ledger.data
  if (hops.length === 0)
    return (
      <Page title="Ledger">
        <Empty command="delivery('orders-to-lake', { from: orders, to: ordersTable })">
          The ledger counts every record of every delivery. There is no delivery yet.
        </Empty>
      </Page>
    )
  const shown = new Set(
    hops.flatMap(({ delivery, from, to }) => [
      `delivery/${delivery}`,
      `stream/${from}`,
      `table/${to.split('.').at(-1)!}`,
    ]),
  )
  const open = hops.find(({ delivery }) => delivery === chosen)
  const toggle = (hop: LedgerHop | undefined): void =>
    void navigate({ search: { hop: hop === open ? undefined : hop?.delivery }, replace: true })
  return (
    <Page
      title="Ledger"
      aside={
        <>
          <Age at={ledger.dataUpdatedAt} />
          <span className="push">
            <Command>weir ledger</Command>
          </span>
        </>
      }
    >
      <VerifyPanel deliveries={hops.map(({ delivery }) => delivery)} />
      <section className="card" aria-label="Graph">
        <Suspense fallback={<Loading />}>
          <ResourceGraph
            resources={(resources.data ?? []).filter(({ kind, name }) => shown.has(`${kind}/${name}`))}
            hops={hops}
            chosen={({ hop }) => hop !== undefined && hop === open}
            onChoose={({ hop }) => toggle(hop)}
          />
        </Suspense>
      </section>
      <section className="card scroll" tabIndex={0} aria-label="Hops">
        <table>
          <thead>
            <tr>
              <th>Delivery</th>
              <th className="number">In</th>
              <th className="number">Delivered</th>
              <th className="number">Rejected</th>
              <th className="number">Pending</th>
              <th>In = delivered + rejected + pending</th>
              <th className="number">Last commit</th>
            </tr>
          </thead>
          <tbody>
            {hops.map((hop) => (
              <tr key={hop.delivery}>
                <td>
                  <button type="button" className="bare" aria-expanded={hop === open} onClick={() => toggle(hop)}>
                    <span aria-hidden="true">{hop === open ? '▾' : '▸'}</span> {hop.delivery}
                  </button>
                  <span className="quiet route">
                    {hop.from} → {hop.to}
                  </span>
                </td>
                <td className="number">{formatCount(hop.in)}</td>
                <td className="number">{formatCount(hop.delivered)}</td>
                <td className="number">{formatCount(hop.rejected)}</td>
                <td className="number">{formatCount(hop.pending ?? undefined)}</td>
                <td>
                  <Balance holds={hop.holds ?? undefined} isAsCommitted={hop.isAsCommitted} />
                </td>
                <td className="number">
                  <Ago at={hop.lastCommitAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {open ? <HopPartitions hop={open} /> : null}
    </Page>
  )
}
