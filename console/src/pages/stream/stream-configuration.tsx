import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Fragment, useEffect, useRef, useState } from 'react'
import type { StreamConfig } from '../../api/answers.ts'
import type { Resource } from '../../api/resource.ts'
import { changeConfigs, useConfigs } from '../../api/streams.ts'
import { Command } from '../../parts/command.tsx'
import { formatAge, formatBytes } from '../../parts/format.ts'
import { ErrorNotice, Loading } from '../../parts/notice.tsx'
import { Typed } from '../../parts/typed.tsx'
import { shell } from '../../parts/shell.ts'

/** Every setting of the topic: its value, where that comes from, what it would be else, and what it does. */
export function StreamConfiguration({ resource }: { readonly resource: Resource }) {
  const { name } = resource
  const configs = useConfigs(name)
  const [filter, setFilter] = useState<string>()
  const [chosen, setChosen] = useState<StreamConfig>()
  if (configs.isLoadingError) return <ErrorNotice error={configs.error} retry={() => void configs.refetch()} />
  if (!configs.data) return <Loading height={520} />
  const wanted = filter?.toLowerCase() ?? ''
  const shown = configs.data
    .filter((config) => `${config.name} ${config.documentation}`.toLowerCase().includes(wanted))
    .toSorted((one, other) => Number(other.source === 'topic') - Number(one.source === 'topic'))
  return (
    <>
      <div className="row">
        <Typed label="Setting" value={filter} onValue={setFilter} isFirst />
        <span className="quiet">
          {shown.length} of {configs.data.length}, those that are set on the stream first
        </span>
        <Command>{shell`weir stream configure ${name}`}</Command>
      </div>
      <section className="card scroll" tabIndex={0} aria-label="Settings">
        <table>
          <thead>
            <tr>
              <th>Setting</th>
              <th>Value</th>
              <th>From</th>
              <th>Without it</th>
              <th>What it does</th>
              <th>Change</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((config) => (
              <tr key={config.name}>
                <td className="mono named">
                  <Dotted>{config.name}</Dotted>
                </td>
                <td className="mono">
                  <Dotted>{config.sensitive ? 'hidden' : (config.value ?? '')}</Dotted>
                  <InWords of={config} />
                </td>
                <td className="whole">{config.source === 'topic' ? 'stream' : config.source}</td>
                <td className="mono">{withoutIt(config)}</td>
                <td className="quiet">{config.documentation}</td>
                <td className="whole">
                  {config.readOnly ? (
                    <span className="quiet">fixed</span>
                  ) : (
                    <button
                      type="button"
                      className="bare"
                      aria-label={`Change ${config.name}`}
                      onClick={() => setChosen(config)}
                    >
                      change …
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {chosen ? <ChangeSetting resource={resource} config={chosen} onClose={() => setChosen(undefined)} /> : null}
    </>
  )
}

/** What a setting of the stream stands in front of. */
function withoutIt({ source, fallback }: StreamConfig): string {
  return source === 'topic' ? (fallback?.value ?? 'not known') : ''
}

/** Names that are long break where they have a dot. */
function Dotted({ children }: { readonly children: string }) {
  return children.split(/(?<=[.])/).map((part, at) => (
    <Fragment key={at}>
      {at > 0 ? <wbr /> : null}
      {part}
    </Fragment>
  ))
}

/** `604800000` is seven days, but who sees that. */
function InWords({ of: { name, value } }: { readonly of: StreamConfig }) {
  const amount = Number(value)
  const isAmount = value !== null && amount >= 10_000 && amount < Number.MAX_SAFE_INTEGER
  if (!isAmount || !/[.](ms|bytes)$/.test(name)) return null
  return <div className="note">{name.endsWith('.ms') ? formatAge(amount) : formatBytes(amount)}</div>
}

/** The log tries a value before it is set; what the project declares says so. */
function ChangeSetting(props: {
  readonly resource: Resource
  readonly config: StreamConfig
  readonly onClose: () => void
}) {
  const { resource, config, onClose } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const queries = useQueryClient()
  const [value, setValue] = useState(config.value ?? '')
  const change = useMutation({
    mutationFn: async (to: string | null) => {
      await changeConfigs(resource.name, { [config.name]: to }, true)
      await changeConfigs(resource.name, { [config.name]: to }, false)
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['configs', resource.name] })
      dialog.current?.close()
    },
  })
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={`Change ${config.name}`}>
      <form
        className="confirm"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate(value)
        }}
      >
        <h2>{config.name}</h2>
        <p className="quiet">{config.documentation}</p>
        {isDeclared(resource, config.name) ? (
          <p className="state" data-tone="warning">
            ▲ weir.config.ts says something of it too, which counts again at the next apply. Change it there to keep it.
          </p>
        ) : null}
        <label>
          Value{config.type === '' ? '' : `, a ${config.type}`}{' '}
          <input autoFocus className="mono" value={value} onChange={(event) => setValue(event.target.value)} />
        </label>
        {shrinks(config, value) ? (
          <p className="state" data-tone="warning">
            ▲ Records beyond it are removed for good, within a minute.
          </p>
        ) : null}
        {change.isError ? <ErrorNotice error={change.error} /> : null}
        <div className="row">
          <button type="submit" className="primary" disabled={change.isPending || value === config.value}>
            Set it
          </button>
          {config.source === 'topic' ? (
            <button type="button" disabled={change.isPending} onClick={() => change.mutate(null)}>
              Take it back to {config.fallback?.value ?? 'its default'}
            </button>
          ) : null}
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  )
}

function isDeclared({ origin, spec }: Resource, config: string): boolean {
  if (origin !== 'project') return false
  return (
    config === 'retention.ms' ||
    config === 'retention.bytes' ||
    config in ((spec['config'] as object | undefined) ?? {})
  )
}

/** Retention that gets shorter takes records away; -1 is for ever. */
function shrinks({ name, value }: StreamConfig, to: string): boolean {
  if (name !== 'retention.ms' && name !== 'retention.bytes') return false
  const [before, after] = [Number(value ?? '-1'), Number(to)]
  return after >= 0 && (before < 0 || after < before)
}
