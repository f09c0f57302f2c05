import type { DeliveryState, StateEntry } from '../../record/delivery-state.ts'
import type { AppliedCount } from '../keys/last-rows.ts'
import type { RowChange } from './block-rows.ts'
import { plus } from './next-state.ts'

const nothing: NonNullable<StateEntry['applied']> = { upserts: '0', deletes: '0', superseded: '0' }

/** The state with what became of the records of a block, and the rows that the table has then. */
export function appliedState(
  state: DeliveryState,
  source: string,
  { applied, rows }: NonNullable<RowChange['keyed']>,
): DeliveryState {
  const entries = state.entries.map((entry) => {
    const count = entry.source === source ? applied.get(entry.partition) : undefined
    return count ? { ...entry, applied: added(entry.applied ?? nothing, count) } : entry
  })
  return { ...state, entries, rows: String(rows) }
}

function added(before: NonNullable<StateEntry['applied']>, more: AppliedCount): NonNullable<StateEntry['applied']> {
  return {
    upserts: plus(before.upserts, more.upserts),
    deletes: plus(before.deletes, more.deletes),
    superseded: plus(before.superseded, more.superseded),
  }
}
