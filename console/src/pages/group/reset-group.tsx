import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { ConsumerGroup, ResetPlan } from '../../api/answers.ts'
import { resetGroup, type ResetTarget } from '../../api/groups.ts'
import { Command } from '../../parts/command.tsx'
import { formatCount } from '../../parts/format.ts'
import { ErrorNotice } from '../../parts/notice.tsx'
import { shell } from '../../parts/shell.ts'

const targets = {
  earliest: 'the first record there is',
  latest: 'the end: what comes is read',
  time: 'the first record from a time on',
  offset: 'an offset',
  shift: 'so many records on, or back with -5',
  current: 'where it is, or the nearest record there is',
} as const
type TargetName = keyof typeof targets

/** Shows what it will do first; does it when the group's name was typed. */
export function ResetGroup({ group, onClose }: { readonly group: ConsumerGroup; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const queries = useQueryClient()
  const [name, setName] = useState<TargetName>('earliest')
  const [text, setText] = useState('')
  const [stream, setStream] = useState('')
  const [typed, setTyped] = useState('')
  const target = targetOf(name, text)
  const plan = useMutation({ mutationFn: (to: ResetTarget) => resetGroup(group.group, to, stream || undefined, false) })
  const execute = useMutation({
    mutationFn: (to: ResetTarget) => resetGroup(group.group, to, stream || undefined, true),
    onSuccess: () => void queries.invalidateQueries(),
  })
  useEffect(() => dialog.current?.showModal(), [])
  const { mutate: look, reset: forget } = plan
  useEffect(() => {
    execute.reset()
    if (target) look(target)
    else forget()
    // What it would do is asked anew for another target.
  }, [name, text, stream])
  const streams = [...new Set(group.partitions.map(({ topic }) => topic))]
  const needsText = name === 'time' || name === 'offset' || name === 'shift'
  const isReady = target !== undefined && plan.isSuccess && plan.data.members === 0
  return (
    <dialog ref={dialog} className="wide" onClose={onClose} aria-label={`Move ${group.group} to other offsets`}>
      <form
        className="confirm"
        onSubmit={(event) => {
          event.preventDefault()
          if (target) execute.mutate(target)
        }}
      >
        <h2>Move {group.group} to other offsets</h2>
        <div className="row">
          <label>
            To{' '}
            <select value={name} onChange={(event) => setName(event.target.value as TargetName)}>
              {Object.entries(targets).map(([each, words]) => (
                <option key={each} value={each}>
                  {words}
                </option>
              ))}
            </select>
          </label>
          {needsText ? (
            <input
              aria-label={targets[name]}
              placeholder={name === 'time' ? '10 minutes ago' : name === 'shift' ? '-5' : '1200'}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          ) : null}
          <label>
            in{' '}
            <select value={stream} onChange={(event) => setStream(event.target.value)}>
              <option value="">all its streams</option>
              {streams.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        </div>
        {plan.isError ? <ErrorNotice error={plan.error} /> : null}
        {plan.data ? <PlannedReset plan={plan.data} /> : <p className="quiet">Nothing is changed yet.</p>}
        <Command>{commandOf(group.group, name, text, stream)}</Command>
        {execute.isError ? <ErrorNotice error={execute.error} /> : null}
        {execute.isSuccess ? (
          <p role="status">✓ {group.group} goes on there when its consumers start.</p>
        ) : (
          <label>
            Type <code>{group.group}</code> to go on{' '}
            <input value={typed} onChange={(event) => setTyped(event.target.value)} />
          </label>
        )}
        <div className="row">
          {execute.isSuccess ? null : (
            <button type="submit" className="primary" disabled={!isReady || typed !== group.group || execute.isPending}>
              Move it
            </button>
          )}
          <button type="button" onClick={() => dialog.current?.close()}>
            {execute.isSuccess ? 'Close' : 'Cancel'}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function PlannedReset({ plan: { steps, members, state } }: { readonly plan: ResetPlan }) {
  const again = steps.reduce((sum, { from, to }) => sum + Math.max(0, (from ?? to) - to), 0)
  const left = steps.reduce((sum, { from, to }) => sum + Math.max(0, to - (from ?? to)), 0)
  return (
    <>
      <p>
        {again > 0 ? <strong>{formatCount(again)} records are read again. </strong> : null}
        {left > 0 ? <strong>{formatCount(left)} records are left out. </strong> : null}
        {again === 0 && left === 0 ? 'It stays where it is. ' : null}
        The audit keeps this.
      </p>
      {members > 0 ? (
        <p className="state" data-tone="warning">
          ▲ It is {state}: stop its {members === 1 ? 'consumer' : `${members} consumers`} first, what they commit would
          undo it.
        </p>
      ) : null}
      <div className="scroll planned" tabIndex={0} role="region" aria-label="What it will do">
        <table>
          <thead>
            <tr>
              <th>Stream</th>
              <th className="number">Partition</th>
              <th className="number">From</th>
              <th className="number">To</th>
            </tr>
          </thead>
          <tbody>
            {steps.map(({ topic, partition, from, to }) => (
              <tr key={`${topic}/${partition}`}>
                <td>{topic}</td>
                <td className="number">{partition}</td>
                <td className="number">{from === null ? 'nothing' : formatCount(from)}</td>
                <td className="number">{formatCount(to)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

/** Undefined while what is typed is none. */
function targetOf(name: TargetName, text: string): ResetTarget | undefined {
  if (name === 'earliest' || name === 'latest' || name === 'current') return { to: name }
  if (name === 'time') return text.trim().length > 3 ? { to: 'time', time: text.trim() } : undefined
  if (name === 'offset') return /^\d{1,15}$/.test(text) ? { to: 'offset', offset: Number(text) } : undefined
  return /^[+-]?\d{1,15}$/.test(text) ? { to: 'shift', by: Number(text) } : undefined
}

function commandOf(group: string, name: TargetName, text: string, stream: string): string {
  const option = {
    earliest: '--to-earliest',
    latest: '--to-latest',
    current: '--to-current',
    time: shell`--to-datetime ${text}`,
    offset: shell`--to-offset ${text}`,
    shift: shell`--shift-by ${text}`,
  }[name]
  const of = stream === '' ? '' : shell` --stream ${stream}`
  return `${shell`weir stream reset-group ${group}`} ${option}${of} --execute`
}
