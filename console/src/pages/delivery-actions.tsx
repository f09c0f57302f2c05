import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../api/client.ts'
import { useStatus } from '../api/queries.ts'
import type { HaltQuestion } from '../api/halt-question.ts'
import { Command } from '../parts/command.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { DeliveryQuestion } from './delivery-question.tsx'
import { shell } from '../parts/shell.ts'

/** What an operator tells a delivery: the answer when it has halted and asks, and to commit now. */
export function DeliveryActions({ name, reason }: { readonly name: string; readonly reason: string | null }) {
  const queries = useQueryClient()
  const status = useStatus<{ readonly question: HaltQuestion | null }>('delivery', name)
  const tell = useMutation({
    mutationFn: ({ action, body }: { readonly action: 'flush' | 'resume'; readonly body: object }) =>
      call('POST', `/api/v1/deliveries/${encodeURIComponent(name)}/${action}`, body),
    // Until it is known how the delivery is now, the question does not stand there to be answered twice.
    onSettled: () => queries.invalidateQueries(),
  })
  const question = status.data?.question
  const done = tell.isSuccess ? { flush: '✓ committed', resume: '✓ answered, it goes on' }[tell.variables.action] : ''
  return (
    <>
      {question ? (
        <DeliveryQuestion
          name={name}
          question={question}
          isAnswering={tell.isPending}
          onAnswer={(choice) => tell.mutate({ action: 'resume', body: { choice } })}
        />
      ) : reason === null ? null : (
        <p className="reason">{reason}</p>
      )}
      {tell.isError ? <ErrorNotice error={tell.error} /> : null}
      <section className="card row" aria-label="Actions">
        <button
          type="button"
          disabled={tell.isPending || Boolean(question)}
          title={question ? 'It has halted: nothing is committed until it is answered' : undefined}
          onClick={() => tell.mutate({ action: 'flush', body: {} })}
        >
          Commit now
        </button>
        <Command>{shell`weir delivery flush ${name}`}</Command>
        <span role="status">{tell.isPending ? 'working …' : done}</span>
      </section>
    </>
  )
}
