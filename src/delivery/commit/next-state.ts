import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { DeliveryState, LetterFile, StateEntry } from '../../record/delivery-state.ts'
import { behindHoles, type OffsetHole } from '../../stream/offset-holes.ts'
import type { Counts } from '../block/counts.ts'
import { goneOffsets } from './gone-offsets.ts'

/** Entry of a partition that nothing was delivered from yet. */
export function noEntry(source: string, partition: number): StateEntry {
  return { source, partition, next: '0', read: '0', delivered: '0', rejected: '0', lost: [], skipped: [] }
}

/**
 * The same for a log as it is now: what retention had taken before the delivery began is lost, and what a restore had passed over,
 * wherever that is, is noted. Neither is a loss of the delivery, which is not asked about it (rule 7).
 */
export function firstEntry(
  source: string,
  partition: number,
  start: number,
  holes: readonly OffsetHole[] = [],
): StateEntry {
  const next = behindHoles(holes, start)
  const ahead = holes.filter(({ from }) => from >= next)
  const lost = [...goneOffsets(0, next, holes), ...ahead.flatMap(({ from, to }) => goneOffsets(from, to, holes))]
  return { ...noEntry(source, partition), next: String(next), lost }
}

export function entryOf(state: DeliveryState, source: string, partition: number): StateEntry | undefined {
  return state.entries.find((entry) => entry.source === source && entry.partition === partition)
}

/** Whether the block begins where the state ends (rule 1). */
export function startsFit(state: DeliveryState, source: string, counts: Counts): boolean {
  return [...counts].every(([partition, { from }]) => from === Number(entryOf(state, source, partition)?.next))
}

/** The state after a block whose starts fit. */
export function nextState(
  state: DeliveryState,
  previous: string,
  { source, stream }: { readonly source: string; readonly stream: string },
  counts: Counts,
  letterFiles: readonly LetterFile[],
): DeliveryState {
  const moved = new Map(
    [...counts].map(([partition, { from, to, read, rejected }]) => {
      const entry = entryOf(state, source, partition)
      if (Number(entry?.next) !== from || !entry)
        throw new WeirError('WEIR-9001', `partition ${partition} is at ${entry?.next}, not at ${from}`)
      return [
        partition,
        {
          ...entry,
          stream,
          next: String(to),
          read: plus(entry.read, read),
          rejected: plus(entry.rejected, rejected),
          delivered: plus(entry.delivered, read - rejected),
        },
      ]
    }),
  )
  const others = state.entries.filter((entry) => entry.source !== source || !moved.has(entry.partition))
  return {
    version: 1,
    previous,
    entries: [...others, ...moved.values()].toSorted(byPlace),
    letterFiles: [...state.letterFiles, ...letterFiles],
  }
}

export function byPlace(left: StateEntry, right: StateEntry): number {
  return left.source < right.source ? -1 : left.source > right.source ? 1 : left.partition - right.partition
}

export function plus(count: string, more: number): string {
  return String(BigInt(count) + BigInt(more))
}
