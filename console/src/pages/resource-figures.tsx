import { Link } from '@tanstack/react-router'
import { rateOf, useRates } from '../api/live.ts'
import { useLedger, useStatus } from '../api/queries.ts'
import type { Resource } from '../api/resource.ts'
import { formatAge, formatBytes, formatCount, formatRate } from '../parts/format.ts'
import { ErrorNotice, Figure, Loading } from '../parts/notice.tsx'
import { Balance } from '../parts/state.tsx'

interface Figures {
  readonly records?: string
  readonly partitions?: readonly { readonly partition: number; readonly start: string; readonly end: string }[]
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
  const { kind, name } = resource
  const status = useStatus<Figures>(kind, name)
  const sample = useRates().at(-1)
  if (status.isLoadingError) return <ErrorNotice error={status.error} retry={() => void status.refetch()} />
  if (!status.data) return <Loading height={98} />
  const rate = rateOf(sample, kind, name)
  const source = `weir get ${kind} ${name} --json`
  const shown = figuresOf(status.data)
  if (shown.length === 0 && !rate && kind !== 'delivery') return null
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
      </div>
      <Partitions of={kind === 'stream' ? status.data.partitions : undefined} stream={name} />
      <Columns of={status.data.columns} />
    </>
  )
}

function figuresOf(status: Figures): readonly (readonly [label: string, value: string])[] {
  const { records, partitions, rows, bytes, files, snapshotId, state, source, present } = status
  const found: (readonly [string, string])[] = []
  if (records !== undefined) found.push(['Records kept', formatCount(records)])
  if (partitions) found.push(['Partitions', formatCount(partitions.length)])
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
        value={<Balance holds={hop.holds ?? undefined} />}
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

function Partitions({ of, stream }: { readonly of: Figures['partitions']; readonly stream: string }) {
  if (!of) return null
  return (
    <section className="card scroll" tabIndex={0} aria-label="Partitions">
      <h2>Partitions</h2>
      <table>
        <thead>
          <tr>
            <th className="number">Partition</th>
            <th className="number">First offset</th>
            <th className="number">End offset</th>
            <th className="number">Records</th>
            <th>Look</th>
          </tr>
        </thead>
        <tbody>
          {of.map(({ partition, start, end }) => (
            <tr key={partition}>
              <td className="number">{partition}</td>
              <td className="number">{formatCount(start)}</td>
              <td className="number">{formatCount(end)}</td>
              <td className="number">{formatCount(String(BigInt(end) - BigInt(start)))}</td>
              <td>
                <Link
                  to="/resources/$kind/$name"
                  params={{ kind: 'stream', name: stream }}
                  search={{ tab: 'Data', partition: String(partition) }}
                  aria-label={`Records of partition ${partition}`}
                >
                  records
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
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
