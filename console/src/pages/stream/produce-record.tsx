import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { produceRecord, type NewRecord } from '../../api/streams.ts'
import { ErrorNotice } from '../../parts/notice.tsx'

interface Form {
  readonly key: string
  readonly hasKey: boolean
  readonly value: string
  readonly isTombstone: boolean
  /** A line each: name: value. */
  readonly headers: string
  readonly partition: string
  readonly timestamp: string
}

const empty: Form = {
  key: '',
  hasKey: false,
  value: '',
  isTombstone: false,
  headers: '',
  partition: '',
  timestamp: '',
}

/** One record by hand; it says where it is once it is durable. */
export function ProduceRecord({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const queries = useQueryClient()
  const [form, setForm] = useState(empty)
  const produce = useMutation({
    mutationFn: () => produceRecord(name, recordOf(form)),
    onSuccess: () => void queries.invalidateQueries(),
  })
  useEffect(() => dialog.current?.showModal(), [])
  const set = (change: Partial<Form>): void => setForm((before) => ({ ...before, ...change }))
  const [made] = produce.data?.batches ?? []
  const wrongHeader = form.headers.split('\n').find((line) => line.trim() !== '' && !line.includes(':'))
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={`Produce a record into ${name}`}>
      <form
        className="confirm"
        onSubmit={(event) => {
          event.preventDefault()
          produce.mutate()
        }}
      >
        <h2>Produce a record into {name}</h2>
        <label>
          <input type="checkbox" checked={form.hasKey} onChange={(event) => set({ hasKey: event.target.checked })} />{' '}
          with a key{' '}
          <input
            aria-label="Key"
            value={form.key}
            disabled={!form.hasKey}
            onChange={(event) => set({ key: event.target.value })}
          />
        </label>
        <label>
          <input
            type="checkbox"
            checked={form.isTombstone}
            onChange={(event) => set({ isTombstone: event.target.checked })}
          />{' '}
          a tombstone: its value is null
        </label>
        <label className="stacked">
          Value
          <textarea
            autoFocus
            rows={8}
            className="mono"
            spellCheck={false}
            value={form.value}
            disabled={form.isTombstone}
            onChange={(event) => set({ value: event.target.value })}
          />
        </label>
        <label className="stacked">
          Headers, a line each as name: value
          <textarea
            rows={2}
            className="mono"
            spellCheck={false}
            value={form.headers}
            onChange={(event) => set({ headers: event.target.value })}
          />
        </label>
        <div className="row">
          <label>
            Partition{' '}
            <input
              className="short"
              inputMode="numeric"
              placeholder={form.hasKey ? 'by key' : 'any'}
              value={form.partition}
              onChange={(event) => set({ partition: event.target.value.replaceAll(/\D/g, '') })}
            />
          </label>
          <label>
            Timestamp{' '}
            <input
              placeholder="now"
              value={form.timestamp}
              onChange={(event) => set({ timestamp: event.target.value })}
            />
          </label>
        </div>
        {wrongHeader === undefined ? null : (
          <p className="state" data-tone="warning">{`▲ "${wrongHeader}" is no name: value`}</p>
        )}
        {produce.isError ? <ErrorNotice error={produce.error} /> : null}
        <div role="status">
          {made ? (
            <>
              ✓ Durable at{' '}
              <Link
                to="/resources/stream/$name/records/$partition/$offset"
                params={{ name, partition: String(made.partition), offset: made.baseOffset }}
              >
                partition {made.partition}, offset {made.baseOffset}
              </Link>
            </>
          ) : null}
        </div>
        <div className="row">
          <button type="submit" className="primary" disabled={produce.isPending || wrongHeader !== undefined}>
            Produce
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
      </form>
    </dialog>
  )
}

function recordOf({ key, hasKey, value, isTombstone, headers, partition, timestamp }: Form): NewRecord {
  return {
    key: hasKey ? key : null,
    value: isTombstone ? null : value,
    headers: headers
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const at = line.indexOf(':')
        return { key: line.slice(0, at).trim(), value: line.slice(at + 1).trim() }
      }),
    ...(partition === '' ? {} : { partition: Number(partition) }),
    ...(timestamp === '' ? {} : { timestamp }),
  }
}
