import { Link } from '@tanstack/react-router'
import { rateOf, useRates } from '../api/live.ts'
import { useLedger, useStatus } from '../api/queries.ts'
import type { Resource } from '../api/resource.ts'
import { formatAge, formatBytes, formatCount, formatRate } from '../parts/format.ts'
import { ErrorNotice, Figure, Loading } from '../parts/notice.tsx'
import { Balance } from '../parts/state.tsx'
import { CrawlerFigures } from './crawler/crawler-figures.tsx'
import { StreamOverview } from './stream/stream-overview.tsx'
import { shell } from '../parts/shell.ts'

interface Figures {
  readonly rows?: string | null
  readonly bytes?: string | null
  readonly files?: string | null
  readonly snapshotId?: string | null
  readonly columns?: readonly { readonly name: string; readonly type: string; readonly doc?: string }[]
  readonly state?: string
  readonly source?: string
  readonly present?: boolean
}

/** Live figures of one resource: those its kind has. */
export function ResourceFigures({ resource }: { readonly resource: Resource }) {
  if (resource.kind === 'stream') return <StreamOverview name={resource.name} />
  return <OtherFigures resource={resource} />
}

function OtherFigures({ resource }: { readonly resource: Resource }) {
  const { kind, name } = resource
  const status = useStatus<Figures>(kind, name)
  const sample = useRates().at(-1)
  if (status.isLoadingError) return <ErrorNotice error={status.error} retry={() => void status.refetch()} />
  if (!status.data) return <Loading height={98} />
  const rate = rateOf(sample, kind, name)
  const source = shell`weir get ${kind} ${name} --json`
  const shown = figuresOf(status.data)
  if (shown.length === 0 && !rate && kind !== 'delivery' && kind !== 'crawler') return null
  return (
    <>
      <div className="cards">
        {rate ? (
          <Figure
            label="Rate"
            value={formatRate(rate.perSecond)}
            source="records per second, last second"
            at={sample?.receivedAt}
          />
        ) : null}
        {typeof rate?.lagMs === 'number' ? (
          <Figure
            label="Lag"
            value={formatAge(rate.lagMs)}
            source="since it was last caught up, from its workers"
            at={sample?.receivedAt}
          />
        ) : null}
        {shown.map(([label, value]) => (
          <Figure key={label} label={label} value={value} source={source} at={status.dataUpdatedAt} />
        ))}
        {kind === 'delivery' ? <HopFigures delivery={name} /> : null}
        {kind === 'crawler' ? <CrawlerFigures name={name} /> : null}
      </div>
      <Columns of={status.data.columns} />
    </>
  )
}

function figuresOf(status: Figures): readonly (readonly [label: string, value: string])[] {
  const { rows, bytes, files, snapshotId, state, source, present } = status
  const found: (readonly [string, string])[] = []
  if (rows !== undefined) found.push(['Rows committed', formatCount(rows ?? 0)])
  if (bytes !== undefined) found.push(['Size', formatBytes(Number(bytes ?? 0))])
  if (files !== undefined) found.push(['Data files', formatCount(files ?? 0)])
  if (snapshotId !== undefined) found.push(['Snapshot', snapshotId ?? 'none yet'])
  if (state !== undefined) found.push(['Workers', state])
  if (source !== undefined) found.push(['Source', source])
  if (present !== undefined) found.push(['Value', present ? 'present' : 'absent'])
  return found
}

function HopFigures({ delivery }: { readonly delivery: string }) {
  const ledger = useLedger()
  const hop = ledger.data?.hops.find((one) => one.delivery === delivery)
  if (!hop) return null
  const source = 'weir ledger'
  return (
    <>
      <Figure label="Delivered" value={formatCount(hop.delivered)} source={source} at={ledger.dataUpdatedAt} />
      <Figure
        label="Rejected"
        value={formatCount(hop.rejected)}
        source={source}
        at={ledger.dataUpdatedAt}
        note={
          <Link to="/dead-letters" search={{ delivery }}>
            look and replay
          </Link>
        }
      />
      <Figure label="Pending" value={formatCount(hop.pending ?? undefined)} source={source} at={ledger.dataUpdatedAt} />
      <Figure
        label="Ledger"
        value={<Balance holds={hop.holds ?? undefined} isAsCommitted={hop.isAsCommitted} />}
        source="in = delivered + rejected + pending"
        at={ledger.dataUpdatedAt}
        note={
          <Link to="/ledger" search={{ hop: delivery }}>
            by partition
          </Link>
        }
      />
    </>
  )
}

function Columns({ of }: { readonly of: Figures['columns'] }) {
  if (!of) return null
  return (
    <section className="card scroll" tabIndex={0} aria-label="Columns">
      <h2>Columns</h2>
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>Type</th>
            <th>What it is</th>
          </tr>
        </thead>
        <tbody>
          {of.map(({ name, type, doc }) => (
            <tr key={name}>
              <td className="mono">{name}</td>
              <td className="mono">{type}</td>
              <td className="quiet">{doc ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
