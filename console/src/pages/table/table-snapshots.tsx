import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { Snapshot, SnapshotRef } from '../../api/answers.ts'
import { quoteName } from '../../api/sql.ts'
import { useTableHistory } from '../../api/tables.ts'
import { Command } from '../../parts/command.tsx'
import { formatAge, formatBytes, formatCount, formatTime } from '../../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../../parts/notice.tsx'
import { VirtualGrid, type GridColumn } from '../../parts/virtual-grid.tsx'
import { listedSnapshots } from './listed-snapshots.ts'
import { SnapshotDifference } from './snapshot-difference.tsx'
import { SnapshotTimeline } from './snapshot-timeline.tsx'
import type { TableOfPage } from './table-of-page.ts'
import { shell } from '../../parts/shell.ts'

/** What each commit did, newest first. Enter compares a commit with the one before; below a chosen one stand the ways from and to it. */
export function TableSnapshots({ table: { name, namespace, bare } }: { readonly table: TableOfPage }) {
  const history = useTableHistory(name)
  const { from, to } = useSearch({ from: '/resources/$kind/$name' })
  const navigate = useNavigate({ from: '/resources/$kind/$name' })
  if (history.error) return <ErrorNotice error={history.error} retry={history.refetch} />
  if (!history.data) return <Loading height={400} />
  const { items, refs } = history.data
  const inSql = quoteName({ namespace, name: bare })
  if (items.length === 0)
    return <Empty command={shell`weir table history ${name}`}>Nothing was committed to this table yet.</Empty>
  const compare = (ends: { readonly from?: string | undefined; readonly to?: string | undefined }): void =>
    void navigate({ search: (before) => ({ ...before, ...ends }), replace: true })
  const ids = items.map(({ id }) => id)
  const chosen = { from: from ?? items[1]?.id ?? ids[0]!, to: to ?? ids[0]! }
  const listed = listedSnapshots(items, [chosen.from, chosen.to])
  return (
    <>
      <SnapshotTimeline items={items} {...chosen} onChoose={compare} />
      <div className="row">
        <SnapshotChoice label="From" value={chosen.from} items={listed} onValue={(id) => compare({ from: id })} />
        <SnapshotChoice label="to" value={chosen.to} items={listed} onValue={(id) => compare({ to: id })} />
        {listed.length < items.length ? <span className="quiet">Others are compared from the list below.</span> : null}
        <span className="push">
          <Command>{shell`weir table diff ${name} ${chosen.from} ${chosen.to}`}</Command>
        </span>
      </div>
      <SnapshotDifference table={name} from={chosen.from} to={chosen.to} />
      <VirtualGrid
        label={`Snapshots of ${name}`}
        rows={items}
        columns={columns}
        height={420}
        keyOf={({ id }) => id}
        onOpen={({ id, parent }) => compare({ from: parent ?? id, to: id })}
        detail={(snapshot) => <WaysTo table={name} inSql={inSql} snapshot={snapshot} onCompare={compare} />}
      />
      <BranchesAndTags table={name} refs={refs} />
    </>
  )
}

/** What can be done with a snapshot: it is read, named, or gone back to. */
function WaysTo(props: {
  readonly table: string
  readonly inSql: string
  readonly snapshot: Snapshot
  readonly onCompare: (ends: { readonly from?: string; readonly to?: string }) => void
}) {
  const { table, inSql, snapshot, onCompare } = props
  const { id, place } = snapshot
  return (
    <dl className="facts">
      <dt>read it</dt>
      <dd className="row">
        <Command>{shell`weir sql ${`select * from ${inSql} at (version => ${id}) limit 1000`}`}</Command>
        <Link
          to="/resources/$kind/$name"
          params={{ kind: 'table', name: table }}
          search={{ tab: 'Data', at: id }}
          aria-label={`its rows, of snapshot ${id}`}
        >
          its rows
        </Link>
      </dd>
      <dt>compare</dt>
      <dd className="row">
        <button type="button" onClick={() => onCompare({ from: id })}>
          From it
        </button>
        <button type="button" onClick={() => onCompare({ to: id })}>
          To it
        </button>
      </dd>
      <dt>keep it</dt>
      <dd>
        <Command>{shell`weir table tag create ${table} NAME --at ${id}`}</Command>
      </dd>
      {place === 'current' ? null : (
        <>
          <dt>go back to it</dt>
          <dd>
            <Command>{shell`weir table rollback ${table} ${id} --dry-run`}</Command>
          </dd>
        </>
      )}
    </dl>
  )
}

function BranchesAndTags({ table, refs }: { readonly table: string; readonly refs: readonly SnapshotRef[] }) {
  return (
    <section className="card" aria-label="Branches and tags">
      <h2>Branches and tags</h2>
      <ul className="plain">
        {refs.map(({ name, type, snapshot, maxAgeMs }) => (
          <li key={name} className="row">
            <strong>{name}</strong>
            <span className="quiet">
              {type} at snapshot {snapshot}, {maxAgeMs === null ? 'kept for ever' : `kept ${formatAge(maxAgeMs)}`}
            </span>
          </li>
        ))}
      </ul>
      <div className="row">
        <Command>{shell`weir table tag create ${table} NAME`}</Command>
      </div>
    </section>
  )
}

function SnapshotChoice(props: {
  readonly label: string
  readonly value: string
  readonly items: readonly Snapshot[]
  readonly onValue: (id: string) => void
}) {
  const { label, value, items, onValue } = props
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => onValue(event.target.value)}>
        {items.map(({ id, at, refs }) => (
          <option key={id} value={id}>
            {[id, ...refs, formatTime(new Date(at).toISOString())].join(' · ')}
          </option>
        ))}
      </select>
    </label>
  )
}

const columns: readonly GridColumn<Snapshot>[] = [
  { name: 'When', width: 176, cell: ({ at }) => formatTime(new Date(at).toISOString()) },
  { name: 'Snapshot', width: 184, number: true, cell: ({ id }) => id },
  { name: 'Operation', width: 96, cell: ({ operation }) => operation },
  { name: 'Rows', width: 96, number: true, cell: ({ rows }) => known(rows) },
  { name: 'Added', width: 90, number: true, cell: ({ rowsAdded }) => known(rowsAdded) },
  { name: 'Removed', width: 90, number: true, cell: ({ rowsRemoved }) => known(rowsRemoved) },
  { name: 'Bytes added', width: 112, number: true, cell: ({ bytesAdded }) => knownBytes(bytesAdded) },
  { name: 'Bytes removed', width: 132, number: true, cell: ({ bytesRemoved }) => knownBytes(bytesRemoved) },
  { name: 'By', width: 100, cell: ({ by }) => by ?? 'not known' },
  {
    name: 'Branches and tags',
    width: 160,
    grows: true,
    cell: ({ refs, place }) => [...refs, ...(place === 'beside' ? ['not in the present line'] : [])].join(', '),
  },
]

const known = (count: number | null): string => (count === null ? 'not known' : formatCount(count))
const knownBytes = (bytes: number | null): string => (bytes === null ? 'not known' : formatBytes(bytes))
