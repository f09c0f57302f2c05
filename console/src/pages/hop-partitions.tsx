import { Link } from '@tanstack/react-router'
import { useEffect, useRef, type ReactNode } from 'react'
import type { LedgerGap, LedgerHop, LedgerPartition } from '../api/answers.ts'
import { offsetsBefore } from '../parts/around.ts'
import { formatCount } from '../parts/format.ts'

/** One hop by partition; what is rejected, pending or missing leads to the records themselves. */
export function HopPartitions({ hop }: { readonly hop: LedgerHop }) {
  const section = useRef<HTMLElement>(null)
  useEffect(() => {
    // Browsers of today give a promise here, which is no clean-up.
    section.current?.scrollIntoView({ block: 'nearest' })
  }, [hop.delivery])
  const gaps = hop.partitions.flatMap((partition) => partition.gaps.map((gap) => ({ partition, gap })))
  return (
    <section ref={section} className="card scroll" tabIndex={0} aria-label="Partitions">
      <h2>
        {hop.delivery}, by partition
        {hop.snapshotId ? <span className="quiet"> at snapshot {hop.snapshotId}</span> : null}
      </h2>
      <table>
        <thead>
          <tr>
            <th>Source</th>
            <th className="number">Partition</th>
            <th className="number">Next offset</th>
            <th className="number">Read</th>
            <th className="number">Delivered</th>
            <th className="number">Rejected</th>
            <th className="number">Pending</th>
            <th className="number">Lost</th>
            <th className="number">Skipped</th>
          </tr>
        </thead>
        <tbody>
          {hop.partitions.map((one) => (
            <tr key={`${one.source}/${one.partition}`}>
              <td className="mono" title={`topic ${one.source}`}>
                {one.source.slice(0, 8)}…
              </td>
              <td className="number">{one.partition}</td>
              <td className="number">{formatCount(one.next)}</td>
              <td className="number">{formatCount(one.read)}</td>
              <td className="number">{formatCount(one.delivered)}</td>
              <td className="number">
                <Rejected of={one} delivery={hop.delivery} />
              </td>
              <td className="number">
                <Pending of={one} stream={hop.from} />
              </td>
              <td className="number">{formatCount(one.lost)}</td>
              <td className="number">{formatCount(one.skipped)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {gaps.length === 0 ? null : (
        <>
          <h3>Gaps</h3>
          <ul className="plain">
            {gaps.map(({ partition, gap }) => (
              <Gap key={`${partition.source}/${partition.partition}/${gap.from}`} of={gap} in={partition} hop={hop} />
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

function Rejected({
  of: { rejected, partition },
  delivery,
}: {
  readonly of: LedgerPartition
  readonly delivery: string
}) {
  if (rejected === '0') return '0'
  return (
    <Link
      to="/dead-letters"
      search={{ delivery, partition: String(partition) }}
      aria-label={`${formatCount(rejected)} dead letters of partition ${partition}`}
    >
      {formatCount(rejected)}
    </Link>
  )
}

function Pending({
  of: { pending, partition, next },
  stream,
}: {
  readonly of: LedgerPartition
  readonly stream: string
}) {
  if (pending === null) return 'not known'
  if (pending === '0') return '0'
  return (
    <Records stream={stream} partition={partition} offset={next} label={`Pending records of partition ${partition}`}>
      {formatCount(pending)}
    </Records>
  )
}

const meaning = {
  lost: 'gone from the stream before they were delivered; it was so before the delivery began, or an operator accepted it',
  restored:
    'passed over by the log when it was restored from a backup; what had been acknowledged there is gone, if anything was',
  skipped: 'rolled back in the table and, by an operator’s choice, not delivered again',
} as const

function Gap(props: { readonly of: LedgerGap; readonly in: LedgerPartition; readonly hop: LedgerHop }) {
  const { kind, from, to } = props.of
  const { partition, pending } = props.in
  const last = String(BigInt(to) - 1n)
  return (
    <li>
      <strong>{kind}</strong> partition {partition}, {from === last ? `offset ${from}` : `offsets ${from} to ${last}`}:{' '}
      {meaning[kind]}. {/* A stream of before, of the same name, has no records to look at. */}
      {pending === null ? null : (
        <Records stream={props.hop.from} partition={partition} offset={offsetsBefore(from)}>
          the records around it
        </Records>
      )}
    </li>
  )
}

function Records(props: {
  readonly stream: string
  readonly partition: number
  readonly offset: string
  readonly label?: string
  readonly children: ReactNode
}) {
  return (
    <Link
      to="/resources/$kind/$name"
      params={{ kind: 'stream', name: props.stream }}
      search={{ tab: 'Data', partition: String(props.partition), offset: props.offset }}
      aria-label={props.label}
    >
      {props.children}
    </Link>
  )
}
