import { WeirError } from '../../kernel/errors/weir-error.ts'
import { emptyState, type DeliveryState, type StateEntry } from '../../record/delivery-state.ts'
import { rowCounter } from '../commit/count-rows.ts'
import { acceptDebts, debtsOfDeleted } from '../commit/deleted-source.ts'
import { goneOffsets, notedHoles } from '../commit/gone-offsets.ts'
import { judgeTable, mustBeTable } from '../commit/judge-table.ts'
import { behindHoles } from '../../stream/offset-holes.ts'
import type { RecordSource } from '../record-source.ts'
import type { TableView } from '../table/delivery-table.ts'
import { deliverAgain } from './deliver-again.ts'
import { commitState } from '../commit/commit-state.ts'
import { goOn } from './go-on.ts'
import type { OperatorPorts } from './operator-ports.ts'

/**
 * - `deliver-again`: after a rollback, the state of the table as it is now; what came later is delivered again.
 * - `go-on`: after a rollback, everything that was delivered counts as delivered; what is gone is skipped.
 * - `accept-loss`: what retention took before it was delivered, and what a restored log passed over, becomes a lost range; deleted topics of the same name have ended.
 */
export type ResumeChoice = 'deliver-again' | 'go-on' | 'accept-loss'

/**
 * The operator's answer to a delivery that has stopped (delivery.md, rules 7 and 8): one commit with a snapshot. Assign the
 * workers anew afterwards. Gives the snapshot; null when there was nothing to answer.
 */
export async function resumeDelivery(ports: OperatorPorts, choice: ResumeChoice): Promise<string | null> {
  const { table, source } = ports
  return commitState(table, async (view) => {
    const state =
      choice === 'accept-loss' ? await acceptLoss(ports, view, source) : await answerRollback(ports, view, choice)
    return state && { state, files: [] }
  })
}

async function acceptLoss(
  { table, memory, connection }: OperatorPorts,
  view: TableView,
  source: RecordSource | null,
): Promise<DeliveryState | undefined> {
  if (!source)
    throw new WeirError('WEIR-5013', 'the stream does not answer: what is lost cannot be known; start it first')
  const adoption = await memory.adoption()
  const inForce = await judgeTable(table, view, rowCounter(connection), adoption?.table)
  const mine = inForce.state.entries.filter((entry) => entry.source === source.id)
  const bounds = await source.bounds(mine.map(({ partition }) => partition))
  const deleted = await memory.deletedTopics(source.stream)
  const debts = debtsOfDeleted({ state: inForce.state, source, followed: adoption?.source, deleted })
  let isChanged = debts.length > 0
  const entries = acceptDebts(inForce.state, source.stream, debts).map((entry): StateEntry => {
    const found = entry.source === source.id ? bounds.find(({ partition }) => partition === entry.partition) : undefined
    if (!found) return entry
    const { holes = [], start } = found
    const next = behindHoles(notedHoles(entry), Number(entry.next))
    const readable = behindHoles(holes, Math.max(start, next))
    if (readable === next) return entry
    isChanged = true
    return { ...entry, next: String(readable), lost: [...entry.lost, ...goneOffsets(next, readable, holes)] }
  })
  return isChanged ? { ...inForce.state, previous: inForce.path, entries } : undefined
}

async function answerRollback(
  ports: OperatorPorts,
  view: TableView,
  choice: 'deliver-again' | 'go-on',
): Promise<DeliveryState | undefined> {
  const { table, memory } = ports
  const adoption = await memory.adoption()
  if (adoption) mustBeTable(view, adoption.table)
  const { state: property, summary } = view
  if (summary.kind === 'named' && summary.path === property) {
    // Nothing to answer, unless the file itself is gone: then only that file helps, and the error names it.
    await table.readState(property)
    return undefined
  }
  if (summary.kind === 'broken')
    throw new WeirError(
      'WEIR-5011',
      `no snapshot that the table at ${view.location} still knows names a state; restore one, or deliver into another table`,
    )
  const before = summary.kind === 'named' ? await table.readState(summary.path) : emptyState
  const previous = property ?? null
  if (choice === 'deliver-again') return deliverAgain(ports, view, before)
  // A property that is gone leaves the summary alone to go on from.
  const after = property === undefined ? before : await table.readState(property)
  // Rows do not tell which records were delivered: what has none may have been superseded.
  if (before.rows !== undefined || after.rows !== undefined)
    throw new WeirError(
      'WEIR-5033',
      `the table at ${view.location} has a key: what was delivered cannot be told from its rows. Answer with deliver-again, which leaves the same rows`,
    )
  return goOn(ports, view, before, after, previous)
}
