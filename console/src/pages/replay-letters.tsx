import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { replayLetters, type LetterFilter } from '../api/letters.ts'
import type { DeadLetter } from '../api/answers.ts'
import { Command } from '../parts/command.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { formatCount } from '../parts/format.ts'
import { ErrorNotice } from '../parts/notice.tsx'
import { shell } from '../parts/shell.ts'

/** Tries dead letters again: those chosen, else those of the filter, else all. */
export function ReplayLetters(props: {
  readonly delivery: string
  readonly filter: LetterFilter
  readonly isFiltered: boolean
  readonly total: number
  readonly found: number
  /** Whether `found` is all that the filter lets through. */
  readonly isAll: boolean
  readonly chosen: readonly DeadLetter[]
  readonly onDone: () => void
}) {
  const { delivery, filter, isFiltered, total, found, isAll, chosen, onDone } = props
  const queries = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const replay = useMutation({
    mutationFn: () => replayLetters(delivery, filter, chosen.length > 0 ? chosen : undefined),
    onSuccess: onDone,
    onSettled: () => void queries.invalidateQueries(),
  })
  const filtered = isAll ? formatCount(found) : `more than ${formatCount(found)}`
  const what =
    chosen.length > 0
      ? `the ${formatCount(chosen.length)} chosen`
      : isFiltered
        ? `the ${filtered} filtered`
        : `all ${formatCount(total)}`
  return (
    <>
      {total === 0 ? null : (
        <div className="row">
          <strong>{formatCount(total)} in force</strong>
          <button
            type="button"
            onClick={() => setAsking(true)}
            disabled={replay.isPending || (chosen.length === 0 && found === 0)}
          >
            Replay {what} …
          </button>
          {chosen.length > 0 ? (
            <button type="button" onClick={onDone}>
              Choose none
            </button>
          ) : (
            <Command>{commandOf(delivery, filter)}</Command>
          )}
          <span role="status">{replay.isPending ? 'Replaying …' : null}</span>
        </div>
      )}
      {replay.isError ? <ErrorNotice error={replay.error} retry={() => replay.mutate()} /> : null}
      {replay.data ? (
        <div className="card" role="status">
          {formatCount(replay.data.replayed)} replayed, {formatCount(replay.data.stillRejected)} still do not fit.
        </div>
      ) : null}
      {isAsking ? (
        <Confirm
          title={`Replay dead letters of ${delivery}`}
          action={`Replay ${what}`}
          onConfirm={() => replay.mutate()}
          onClose={() => setAsking(false)}
        >
          These records are tried again against the table as it is now. Those that fit become rows, with the offset they
          had; the others stay. The audit keeps this.
        </Confirm>
      ) : null}
    </>
  )
}

function commandOf(delivery: string, { code, reason, partition }: LetterFilter): string {
  return [
    shell`weir dead-letters ${delivery}`,
    ...(code === undefined ? [] : [shell`--code ${code}`]),
    ...(reason === undefined ? [] : [shell`--reason ${reason}`]),
    ...(partition === undefined ? [] : [shell`--partition ${partition}`]),
    '--replay',
  ].join(' ')
}
