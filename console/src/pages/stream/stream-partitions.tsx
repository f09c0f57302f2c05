import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { usePartitions, useStreamFigures } from '../../api/streams.ts'
import type { StreamPartition } from '../../api/answers.ts'
import { Age } from '../../parts/age.tsx'
import { Command } from '../../parts/command.tsx'
import { formatBytes, formatCount, formatRate } from '../../parts/format.ts'
import { ErrorNotice, Loading } from '../../parts/notice.tsx'
import { VirtualGrid, type GridColumn } from '../../parts/virtual-grid.tsx'
import { shell } from '../../parts/shell.ts'

const pageSize = 1000

/** Where each partition begins and ends, what it takes, who leads it, and what is wrong with it. */
export function StreamPartitions({ name }: { readonly name: string }) {
  const figures = useStreamFigures(name)
  const [from, setFrom] = useState(0)
  const partitions = usePartitions(name, from)
  const rates = useEndRates(partitions.data, partitions.dataUpdatedAt)
  if (partitions.isLoadingError) return <ErrorNotice error={partitions.error} retry={() => void partitions.refetch()} />
  if (!partitions.data) return <Loading height={400} />
  const count = figures.data?.partitions ?? partitions.data.length
  const columns: readonly GridColumn<StreamPartition>[] = [
    { name: 'Partition', width: 88, number: true, cell: ({ partition }) => partition },
    { name: 'First offset', width: 106, number: true, cell: ({ start }) => formatCount(start) },
    { name: 'End offset', width: 106, number: true, cell: ({ end }) => formatCount(end) },
    {
      name: 'Records',
      width: 100,
      number: true,
      cell: ({ start, end }) => formatCount(String(BigInt(end) - BigInt(start))),
    },
    {
      name: 'In',
      width: 80,
      number: true,
      cell: ({ partition }) => {
        const rate = rates.get(partition)
        return rate === undefined ? 'not known' : formatRate(rate)
      },
    },
    {
      name: 'Size',
      width: 90,
      number: true,
      cell: ({ bytes }) => (bytes === null ? 'not known' : formatBytes(Number(bytes))),
    },
    { name: 'Segments', width: 92, number: true, cell: ({ segments }) => segments ?? 'not known' },
    { name: 'Leader', width: 70, number: true, cell: ({ leader }) => (leader < 0 ? 'none' : leader) },
    { name: 'Epoch', width: 64, number: true, cell: ({ leaderEpoch }) => (leaderEpoch < 0 ? '–' : leaderEpoch) },
    { name: 'State', width: 130, grows: true, cell: (partition) => <PartitionState of={partition} /> },
    {
      name: 'Look',
      width: 80,
      cell: ({ partition }) => (
        <Link
          to="/resources/$kind/$name"
          params={{ kind: 'stream', name }}
          search={{ tab: 'Data', partition: String(partition) }}
          aria-label={`Records of partition ${partition}`}
        >
          records
        </Link>
      ),
    },
  ]
  return (
    <>
      <div className="row">
        <span className="quiet">
          {formatCount(count)} {count === 1 ? 'partition' : 'partitions'} <Age at={partitions.dataUpdatedAt} />
        </span>
        {count > pageSize ? (
          <label>
            From partition{' '}
            <select value={from} onChange={(event) => setFrom(Number(event.target.value))}>
              {Array.from({ length: Math.ceil(count / pageSize) }, (_, at) => (
                <option key={at} value={at * pageSize}>
                  {formatCount(at * pageSize)}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <Command>{shell`weir stream describe ${name}`}</Command>
      </div>
      <VirtualGrid label="Partitions" rows={partitions.data} columns={columns} height={520} />
    </>
  )
}

function PartitionState({ of: { trouble, end, stableEnd } }: { readonly of: StreamPartition }) {
  if (trouble !== null)
    return (
      <span className="state" data-tone="failed" title={trouble}>
        ✕ {trouble}
      </span>
    )
  if (stableEnd !== end)
    return (
      <span className="state" data-tone="working" title="Consumers of committed records wait there">
        ◔ a transaction is open since offset {stableEnd}
      </span>
    )
  return (
    <span className="state" data-tone="ok">
      ● well
    </span>
  )
}

interface Ends {
  readonly at: number
  readonly ends: ReadonlyMap<number, number>
}

/** Records per second between the last two answers; nothing before there are two. */
function useEndRates(partitions: readonly StreamPartition[] | undefined, at: number): ReadonlyMap<number, number> {
  const before = useRef<Ends>(undefined)
  const [rates, setRates] = useState<ReadonlyMap<number, number>>(new Map())
  useEffect(() => {
    if (!partitions) return
    const now: Ends = { at, ends: new Map(partitions.map(({ partition, end }) => [partition, Number(end)])) }
    const earlier = before.current
    if (earlier && now.at > earlier.at) {
      const seconds = (now.at - earlier.at) / 1000
      const known = [...now.ends].filter(([partition]) => earlier.ends.has(partition))
      setRates(
        new Map(
          known.map(([partition, end]) => [partition, Math.max(0, end - earlier.ends.get(partition)!) / seconds]),
        ),
      )
    }
    before.current = now
  }, [partitions, at])
  return rates
}
