import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { sumOf, useRates } from '../api/live.ts'
import { useLedger, useResources, useStreamTotal } from '../api/queries.ts'
import type { LedgerHop } from '../api/answers.ts'
import type { Resource } from '../api/resource.ts'
import { drawnOf } from '../graph/drawn-of.ts'
import { GraphWithFacts } from '../graph/graph-with-facts.tsx'
import { formatCount, formatRate } from '../parts/format.ts'
import { Empty, ErrorNotice, Figure, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { Balance, State } from '../parts/state.tsx'
import { RateChart } from './rate-chart.tsx'

/** Is everything flowing, is anything lost, what changed. */
export function Overview() {
  const { edge } = useSearch({ from: '/' })
  const navigate = useNavigate({ from: '/' })
  const resources = useResources()
  const ledger = useLedger()
  const streams = useStreamTotal()
  if (resources.isLoadingError)
    return (
      <Page title="Overview">
        <ErrorNotice error={resources.error} retry={() => void resources.refetch()} />
      </Page>
    )
  if (!resources.data)
    return (
      <Page title="Overview">
        <Loading height={480} />
      </Page>
    )
  const hops = ledger.data?.hops ?? []
  const unloaded = Math.max(0, (streams.data ?? 0) - resources.data.filter(({ kind }) => kind === 'stream').length)
  const { drawn, left } = drawnOf(resources.data.filter(({ kind }) => kind !== 'secret'))
  return (
    <Page title="Overview">
      <Figures resources={resources.data} count={resources.data.length + unloaded} hops={ledger.data?.hops} />
      <Ailing resources={resources.data} />
      {resources.data.length === 0 ? (
        <Empty command="npx weir-data init">
          Nothing is declared yet. A project declares streams, tables, deliveries and views.
        </Empty>
      ) : (
        <section className="card">
          <h2>
            From stream to table
            {left + unloaded === 0 ? null : (
              <span className="quiet note">
                {' '}
                without {formatCount(left + unloaded)} that nothing refers to: the lists have them
              </span>
            )}
          </h2>
          <GraphWithFacts
            resources={drawn}
            hops={hops}
            edge={edge}
            onEdge={(chosen) => void navigate({ search: { edge: chosen }, replace: true })}
          />
        </section>
      )}
      <RateChart />
    </Page>
  )
}

function Figures({
  resources,
  count,
  hops,
}: {
  readonly resources: readonly Resource[]
  /** Those that are not loaded too. */
  readonly count: number
  readonly hops: readonly LedgerHop[] | undefined
}) {
  const samples = useRates()
  const latest = samples.at(-1)
  const produced = latest && sumOf(latest, 'stream')
  const delivered = latest && sumOf(latest, 'delivery')
  const rejected = hops?.reduce((sum, hop) => sum + Number(hop.rejected), 0)
  const failed = resources.filter(({ state }) => state === 'Failed').length
  const holds =
    hops && (hops.some((hop) => hop.holds === false) ? false : hops.every((hop) => hop.holds) ? true : undefined)
  return (
    <div className="cards">
      <Figure
        label="Produced"
        value={produced === undefined ? 'not known' : formatRate(produced)}
        source="records per second into all streams, from the log"
        at={latest?.receivedAt}
      />
      <Figure
        label="Delivered"
        value={delivered === undefined ? 'not known' : formatRate(delivered)}
        source="records per second committed or in the tail, from the workers"
        at={latest?.receivedAt}
      />
      <Figure
        label="Ledger"
        value={<Balance holds={holds} isAsCommitted={hops?.every((hop) => hop.isAsCommitted)} />}
        source="in = delivered + rejected + pending, for each hop"
        note={
          <Link to="/ledger" search={{ hop: undefined }}>
            each hop
          </Link>
        }
      />
      <Figure
        label="Dead letters"
        value={formatCount(rejected)}
        source="records that did not fit their table, still in force"
        note={
          <Link to="/dead-letters" search={{ delivery: undefined }}>
            look and replay
          </Link>
        }
      />
      <Figure
        label="Resources"
        value={formatCount(count)}
        source="all that the project declares"
        note={failed > 0 ? <State state="Failed" count={failed} /> : 'none failed'}
      />
    </div>
  )
}

function Ailing({ resources }: { readonly resources: readonly Resource[] }) {
  const ailing = resources.filter(({ state, reason }) => state === 'Failed' || (state !== 'Active' && reason))
  if (ailing.length === 0) return null
  return (
    <section className="card">
      <h2>Needs a look</h2>
      <table>
        <tbody>
          {ailing.map(({ kind, name, state, reason }) => (
            <tr key={`${kind}/${name}`}>
              <td>
                <State state={state} reason={reason} />
              </td>
              <td className="nowrap">{kind}</td>
              <td className="named">
                <Link to="/resources/$kind/$name" params={{ kind, name }} search={{ tab: undefined }}>
                  {name}
                </Link>
              </td>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
