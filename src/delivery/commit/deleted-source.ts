import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { DeliveryState, StateEntry } from '../../record/delivery-state.ts'
import type { RecordSource } from '../record-source.ts'

/**
 * Entries of topics that had the stream's name before (delivery.md, rule 7), and of which no operator has said that what they may
 * still have owed is lost. Where a topic ended is not in the state: one that had delivered everything is asked about, too.
 */
export function entriesOfDeleted(
  state: DeliveryState,
  { id, stream }: Pick<RecordSource, 'id' | 'stream'>,
): readonly StateEntry[] {
  return state.entries.filter((entry) => entry.stream === stream && entry.source !== id && entry.ended !== true)
}

/** Throws WEIR-5013 when there are any. */
export function mustHaveEnded(state: DeliveryState, source: Pick<RecordSource, 'id' | 'stream'>): void {
  const deleted = entriesOfDeleted(state, source)
  if (deleted.length === 0) return
  const places = deleted.map(({ partition, next }) => `partition ${partition} up to offset ${next}`).join(', ')
  throw new WeirError(
    'WEIR-5013',
    `stream "${source.stream}" was deleted and made again; of the deleted one was delivered: ${places}`,
    { details: { partitions: deleted.map(({ partition, next }) => ({ partition, from: next })) } },
  )
}
