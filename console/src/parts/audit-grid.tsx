import { Link } from '@tanstack/react-router'
import type { AuditEntry } from '../api/answers.ts'
import { formatTime } from './format.ts'
import { VirtualGrid, type GridColumn } from './virtual-grid.tsx'

const columns: readonly GridColumn<AuditEntry>[] = [
  { name: 'When', width: 200, cell: ({ at }) => formatTime(at) },
  { name: 'Who', width: 110, cell: ({ actor }) => actor },
  { name: 'What', width: 90, cell: ({ action }) => action },
  {
    name: 'Resource',
    width: 240,
    cell: ({ kind, name }) =>
      kind === 'group' ? (
        <Link to="/groups/$group" params={{ group: name }}>
          group {name}
        </Link>
      ) : (
        <Link to="/resources/$kind/$name" params={{ kind, name }} search={{ tab: 'History' }}>
          {kind} {name}
        </Link>
      ),
  },
  {
    name: 'Detail',
    width: 320,
    grows: true,
    cell: ({ detail }) => <span className="quiet">{sentenceOf(detail)}</span>,
  },
]

/** The audit, newest first; the chosen entry in full below. */
export function AuditGrid(props: { readonly label: string; readonly entries: readonly AuditEntry[] }) {
  return (
    <VirtualGrid
      label={props.label}
      rows={props.entries}
      columns={columns}
      height={620}
      detail={({ kind, name, action, at, detail }) => (
        <>
          <h2>
            {action} {kind} {name}, {formatTime(at)}
          </h2>
          <pre className="code">{JSON.stringify(detail, null, 2)}</pre>
        </>
      )}
    />
  )
}

/** A change of state as a sentence; the rest as it is. */
function sentenceOf(detail: unknown): string {
  if (detail === null || detail === undefined) return ''
  const { from, to, reason } = detail as { from?: unknown; to?: unknown; reason?: unknown }
  if (typeof from === 'string' && typeof to === 'string')
    return `${from} → ${to}${typeof reason === 'string' ? `: ${reason}` : ''}`
  return JSON.stringify(detail)
}
