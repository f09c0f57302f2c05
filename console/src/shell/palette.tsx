import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useKinds, useResources } from '../api/queries.ts'
import { useIsAdministrator } from '../api/session.ts'
import { useStreamNames } from '../api/streams.ts'
import { nounsFor } from './nouns.ts'

interface Entry {
  readonly label: string
  readonly hint: string
  readonly to: string
}

/** Ctrl-K: every page and resource, by a few letters of its name. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const resources = useResources()
  const kinds = useKinds()
  const streams = useStreamNames(text)
  const isAdministrator = useIsAdministrator()
  useEffect(() => dialog.current?.showModal(), [])
  useEffect(() => {
    document.getElementById(`palette-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [at])

  const entries = useMemo((): readonly Entry[] => {
    const pages = nounsFor(kinds.data ?? [], isAdministrator).map(({ label, to }) => ({ label, hint: 'page', to }))
    const loaded = new Set((resources.data ?? []).map(({ kind, name }) => `${kind}/${name}`))
    const others = streams.filter((name) => !loaded.has(`stream/${name}`)).map((name) => ({ kind: 'stream', name }))
    const named = [...(resources.data ?? []), ...others].map(({ kind, name }) => ({
      label: name,
      hint: kind,
      to: `/resources/${kind}/${encodeURIComponent(name)}`,
    }))
    const deliveries = (resources.data ?? []).filter(({ kind }) => kind === 'delivery')
    const actions = [
      { label: 'Run a query', hint: 'action', to: '/sql' },
      ...(isAdministrator ? [{ label: 'Verify against the data', hint: 'action', to: '/ledger' }] : []),
      ...deliveries.map(({ name }) => ({
        label: `Replay the dead letters of ${name}`,
        hint: 'action',
        to: `/dead-letters?delivery=${encodeURIComponent(name)}`,
      })),
      { label: 'Description of the HTTP API', hint: 'docs', to: '/openapi.json' },
      ...(isAdministrator ? [{ label: 'Metrics', hint: 'docs', to: '/metrics' }] : []),
    ]
    const wanted = text.toLowerCase()
    return [...pages, ...named, ...actions]
      .filter(({ label, hint }) => `${label} ${hint}`.toLowerCase().includes(wanted))
      .slice(0, 30)
  }, [resources.data, kinds.data, streams, text, isAdministrator])

  const open = (entry: Entry | undefined): void => {
    if (!entry) return
    dialog.current?.close()
    if (entry.hint === 'docs') location.assign(entry.to)
    else void navigate({ to: entry.to })
  }

  return (
    <dialog ref={dialog} className="palette" aria-label="Go to" onClose={onClose}>
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={entries[at] ? `palette-${at}` : undefined}
        aria-label="Go to a page or a resource"
        placeholder="Go to …"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(at + 1, entries.length - 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
          else if (event.key === 'Enter') open(entries[at])
          else return
          event.preventDefault()
        }}
      />
      <ul id="palette-list" role="listbox" aria-label="Matches">
        {entries.map((entry, index) => (
          <li
            key={`${entry.hint}/${entry.label}`}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => open(entry)}
          >
            {entry.label} <span className="quiet">{entry.hint}</span>
          </li>
        ))}
      </ul>
      {entries.length === 0 ? <p className="quiet none">Nothing has such a name.</p> : null}
    </dialog>
  )
}
