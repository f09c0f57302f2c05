import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../api/client.ts'
import { useStatus } from '../api/queries.ts'
import { Command } from '../parts/command.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { ErrorNotice } from '../parts/notice.tsx'

const answers = [
  ['accept-loss', 'Accept the loss', 'It goes on beyond records that are gone. The ledger keeps them as lost.', true],
  ['deliver-again', 'Deliver again', 'What was rolled back is delivered once more.', false],
  ['go-on', 'Go on without', 'What was rolled back is left out.', true],
] as const

/** What an operator tells a delivery: commit now, and the answer when it has halted and asks. */
export function DeliveryActions({ name }: { readonly name: string }) {
  const queries = useQueryClient()
  const status = useStatus<{ state: string; reason: string | null }>('delivery', name)
  const [asking, setAsking] = useState<(typeof answers)[number]>()
  const tell = useMutation({
    mutationFn: ({ action, body }: { action: string; body: unknown }) =>
      call('POST', `/api/v1/deliveries/${encodeURIComponent(name)}/${action}`, body),
    onSettled: () => void queries.invalidateQueries(),
  })
  return (
    <section className="card">
      <h2>Actions</h2>
      <div className="row">
        <button type="button" disabled={tell.isPending} onClick={() => tell.mutate({ action: 'flush', body: {} })}>
          Commit now
        </button>
        <Command>{`weir delivery flush ${name}`}</Command>
        {tell.isSuccess ? <span role="status">✓ done</span> : null}
      </div>
      {tell.isError ? <ErrorNotice error={tell.error} /> : null}
      {status.data?.state === 'halted' ? (
        <>
          <p>It has halted and asks: {status.data.reason}</p>
          {answers.map((answer) => (
            <div key={answer[0]} className="row">
              <button type="button" onClick={() => setAsking(answer)}>
                {answer[1]} …
              </button>
              <Command>{`weir delivery resume ${name} --${answer[0]}`}</Command>
            </div>
          ))}
        </>
      ) : null}
      {asking ? (
        <Confirm
          title={`${asking[1]}: ${name}`}
          action={asking[1]}
          {...(asking[3] ? { typeName: name } : {})}
          onConfirm={() => tell.mutate({ action: 'resume', body: { choice: asking[0] } })}
          onClose={() => setAsking(undefined)}
        >
          {asking[2]} The audit keeps this.
        </Confirm>
      ) : null}
    </section>
  )
}
