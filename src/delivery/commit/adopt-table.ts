import { WeirError } from '../../kernel/errors/weir-error.ts'
import { emptyState } from '../../record/delivery-state.ts'
import type { DeliveryTable, TableView } from '../table/delivery-table.ts'
import type { CountRows } from './count-rows.ts'
import { writeState } from './write-state.ts'

const attemptsMax = 30

/**
 * Gives a table that never had one an empty state (delivery.md, rule 5): judged anew at each attempt, and read back, for a
 * catalog may forget properties. A table whose ancestors name a state, or were expired, or that has rows of a stream, had
 * one: WEIR-5011 or WEIR-5015. Safe to call at any time; gives the view with the state.
 */
export async function adoptTable(table: DeliveryTable, countRows: CountRows): Promise<TableView> {
  let sent = false
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const view = await table.load()
    if (view.state !== undefined) return view
    if (view.summary.kind !== 'none') {
      const why = sent ? 'its catalog does not keep table properties' : 'its property weir.state is gone'
      throw new WeirError('WEIR-5011', `the table at ${view.location} cannot be delivered into: ${why}`)
    }
    if (view.snapshotId !== null && (await countRows(view)).size > 0)
      throw new WeirError(
        'WEIR-5015',
        `the table at ${view.location} has rows of streams, but no state that counts them`,
      )
    const state = await writeState(table, emptyState)
    await table.commit(view, { files: [], state })
    sent = true
  }
  throw new WeirError('WEIR-5018', `others changed the table in all of ${attemptsMax} attempts to adopt it`)
}
