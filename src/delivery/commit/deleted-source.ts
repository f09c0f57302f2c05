import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { DeliveryState, StateEntry } from '../../record/delivery-state.ts'
import { goneOffsets, notedHoles } from './gone-offsets.ts'
import type { DeletedTopic } from '../delivery-memory.ts'
import type { RecordSource } from '../record-source.ts'
import { entryOf, noEntry } from './next-state.ts'

/** Records of a deleted topic that were not delivered: offsets `[from, to)`. */
export interface Debt {
  readonly source: string
  readonly partition: number
  readonly from: string
  /** Null when nobody knows where the topic ended. */
  readonly to: string | null
}

export interface DebtQuestion {
  readonly state: DeliveryState
  readonly source: Pick<RecordSource, 'id' | 'stream'>
  /** The topic that this delivery read last; undefined when it never read one. */
  readonly followed: string | undefined
  /** Topics that had the stream's name, in the order in which they were deleted. */
  readonly deleted: readonly DeletedTopic[]
}

/**
 * What topics that had the stream's name still owe (delivery.md, rule 7), and no operator has accepted as lost. A topic that
 * came and went while no worker ran owes all that it had. Nothing, when everything was delivered before the deletion.
 */
export function debtsOfDeleted({ state, source, followed, deleted }: DebtQuestion): readonly Debt[] {
  const open = state.entries.filter(
    (entry) => entry.stream === source.stream && entry.source !== source.id && entry.ended !== true,
  )
  const known = open.map(({ source: id, partition, next }): Debt => {
    const end = deleted.find((topic) => topic.id === id)?.endOffsets[partition]
    // An end before `next` is that of a log that was put back by hand: it may have had other records at these offsets.
    return { source: id, partition, from: next, to: end === undefined || end < Number(next) ? null : String(end) }
  })
  const owed = known.filter(({ from, to }) => to === null || BigInt(from) < BigInt(to))
  return [...owed, ...debtsWithoutEntry(state, source.id, followed, deleted)]
}

/** Partitions of which nothing was ever committed: of the topic that was read last, and of those that came after it. */
function debtsWithoutEntry(
  state: DeliveryState,
  current: string,
  followed: string | undefined,
  deleted: readonly DeletedTopic[],
): readonly Debt[] {
  if (followed === undefined || followed === current) return []
  const first = deleted.findIndex(({ id }) => id === followed)
  if (first < 0)
    return state.entries.some((entry) => entry.source === followed)
      ? []
      : [{ source: followed, partition: 0, from: '0', to: null }]
  return deleted
    .slice(first)
    .flatMap(({ id, endOffsets }) =>
      endOffsets.map((end, partition) => ({ source: id, partition, from: '0', to: String(end) })),
    )
    .filter(({ source, partition, to }) => to !== '0' && !entryOf(state, source, partition))
}

/** Throws WEIR-5013 when there are any. */
export function mustOweNothing(question: DebtQuestion): void {
  const debts = debtsOfDeleted(question)
  if (debts.length === 0) return
  throw new WeirError(
    'WEIR-5013',
    `stream "${question.source.stream}" was deleted and made again before all of it was delivered: ${debts.map(print).join(', ')}`,
    { details: { partitions: debts } },
  )
}

function print({ partition, from, to }: Debt): string {
  if (to === null) return `partition ${partition} from offset ${from} on, where it ended is not known`
  return `partition ${partition} offsets ${from} to ${BigInt(to) - 1n}`
}

/** The entries once an operator has accepted these debts: the topic has ended, and what it owed is a range where that is known. */
export function acceptDebts(state: DeliveryState, stream: string, debts: readonly Debt[]): readonly StateEntry[] {
  const accepted = debts.map(({ source, partition, from, to }): StateEntry => {
    const entry = entryOf(state, source, partition) ?? noEntry(source, partition)
    const gone = to === null ? [] : goneOffsets(Number(from), Number(to), notedHoles(entry))
    const lost = [...entry.lost, ...gone.filter(({ restored }) => !restored)]
    return { ...entry, stream, ended: true, ...(to === null ? {} : { end: to, next: to }), lost }
  })
  const isKept = ({ source, partition }: StateEntry): boolean =>
    !debts.some((debt) => debt.source === source && debt.partition === partition)
  return [...state.entries.filter(isKept), ...accepted]
}
