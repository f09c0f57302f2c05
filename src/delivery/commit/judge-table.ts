import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { DeliveryState } from '../../record/delivery-state.ts'
import type { DeliveryTable, TableView } from '../table/delivery-table.ts'
import type { CountRows, RowCount } from './count-rows.ts'

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
  if (adoptedUuid !== undefined) mustBeTable(view, adoptedUuid)
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

/** Throws WEIR-5014 for another table under the name than the one adopted. */
export function mustBeTable(view: TableView, adoptedUuid: string): TableView {
  if (adoptedUuid === view.uuid) return view
  throw new WeirError(
    'WEIR-5014',
    `the table at ${view.location} has the UUID ${view.uuid}, the delivery adopted ${adoptedUuid}: it was dropped and made again`,
  )
}

/**
 * Without a summary within reach only the rows can tell: as many as were delivered, and where the state has them. A count alone
 * would not see that others deleted as many rows as a rollback brought back.
 */
async function rowsAgree(state: DeliveryState, view: TableView, countRows: CountRows): Promise<boolean> {
  // Rows of a table with a key are not as many as its records (keyed-tables.md, rule 5).
  if (state.rows !== undefined) return (await view.liveRows()) === BigInt(state.rows)
  const free = state.entries.flatMap(({ source, partition, lost, skipped }) =>
    [...lost, ...skipped].map(({ from, to }) => ({ source, partition, from, to })),
  )
  const found = new Map(await countRows(view, free))
  for (const { source, partition, next, delivered, skipped } of state.entries) {
    const { rows, last, within } = found.get(`${source}/${partition}`) ?? noRows
    found.delete(`${source}/${partition}`)
    const expected = skipped.reduce((left, { records }) => left - BigInt(records), BigInt(delivered))
    if (rows !== expected || last >= BigInt(next) || within > 0n) return false
  }
  // What is left over belongs to no entry.
  return found.size === 0
}

const noRows: RowCount = { rows: 0n, last: -1n, within: 0n }
