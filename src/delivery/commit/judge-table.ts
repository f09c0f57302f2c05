import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { DeliveryState } from '../../record/delivery-state.ts'
import type { DeliveryTable, TableView } from '../table/delivery-table.ts'
import type { CountRows } from './count-rows.ts'

/** The state in force, with where it is. */
export interface StateInForce {
  readonly path: string
  readonly state: DeliveryState
}

/**
 * Before each attempt (delivery.md, rules 4 and 5): the state in force, if the table is still the one that it describes. Throws
 * WEIR-5010 after a rollback, WEIR-5011 when the state is gone, WEIR-5014 for another table under the name.
 */
export async function judgeTable(
  table: DeliveryTable,
  view: TableView,
  countRows: CountRows,
  adoptedUuid?: string,
): Promise<StateInForce> {
  if (adoptedUuid !== undefined && adoptedUuid !== view.uuid)
    throw new WeirError(
      'WEIR-5014',
      `the table at ${view.location} is ${view.uuid}, the delivery began with ${adoptedUuid}`,
    )
  const { state: path, summary } = view
  if (path === undefined)
    throw new WeirError('WEIR-5011', `the table at ${view.location} has no property weir.state any more`)
  const state = await table.readState(path)
  if (summary.kind === 'named' ? summary.path === path : false) return { path, state }
  if (summary.kind === 'broken' && (await rowsAgree(state, view, countRows))) return { path, state }
  const found =
    summary.kind === 'named' ? `its snapshot belongs to state ${summary.path}` : 'its snapshots do not name it'
  throw new WeirError('WEIR-5010', `the table at ${view.location} was rolled back: its state is ${path}, ${found}`, {
    details: { state: path, summary: summary.kind === 'named' ? summary.path : null },
  })
}

/** Without a summary within reach only the rows can tell. */
async function rowsAgree(state: DeliveryState, view: TableView, countRows: CountRows): Promise<boolean> {
  const rows = await countRows(view)
  const expected = new Map(
    state.entries.map((entry) => [
      `${entry.source}/${entry.partition}`,
      BigInt(entry.delivered) - entry.skipped.reduce((sum, { records }) => sum + BigInt(records), 0n),
    ]),
  )
  for (const key of new Set([...rows.keys(), ...expected.keys()]))
    if ((rows.get(key) ?? 0n) !== (expected.get(key) ?? 0n)) return false
  return true
}
