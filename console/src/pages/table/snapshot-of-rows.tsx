import { Link } from '@tanstack/react-router'
import { useTableHistory } from '../../api/tables.ts'
import { formatTime } from '../../parts/format.ts'
import { listedSnapshots } from './listed-snapshots.ts'

/** The table as it is, or as it was at a snapshot, a branch or a tag. */
export function SnapshotOfRows(props: {
  readonly table: string
  readonly at: string | undefined
  readonly onChange: (at: string | undefined) => void
}) {
  const { table, at, onChange } = props
  const { data } = useTableHistory(table)
  const refs = data?.refs ?? []
  const items = data?.items ?? []
  const isKnown = at === undefined || refs.some(({ name }) => name === at) || items.some(({ id }) => id === at)
  const listed = listedSnapshots(items, at === undefined ? [] : [at])
  return (
    <div className="row">
      <label>
        Rows{' '}
        <select value={at ?? ''} onChange={(event) => onChange(event.target.value || undefined)}>
          <option value="">as they are, with those not committed yet</option>
          {isKnown ? null : <option value={at}>at {at}</option>}
          {refs.map(({ name, type }) => (
            <option key={name} value={name}>
              {type} {name}
            </option>
          ))}
          {listed.map(({ id, at: when }) => (
            <option key={id} value={id}>
              snapshot {id} of {formatTime(new Date(when).toISOString())}
            </option>
          ))}
        </select>
      </label>
      {listed.length < items.length ? (
        <span className="quiet">
          Older ones are in{' '}
          <Link to="/resources/$kind/$name" params={{ kind: 'table', name: table }} search={{ tab: 'Snapshots' }}>
            Snapshots
          </Link>
          .
        </span>
      ) : null}
    </div>
  )
}
