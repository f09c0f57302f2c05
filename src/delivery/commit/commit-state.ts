import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { DeliveryState } from '../../record/delivery-state.ts'
import { writeState } from './write-state.ts'
import type { AdoptedFile, DeliveryTable, TableView } from '../table/delivery-table.ts'

/** What an attempt wants to commit, made from the table as just loaded; undefined when there is nothing (any more) to do. */
export interface StateChange {
  readonly state: DeliveryState
  readonly files: readonly AdoptedFile[]
  /** Files that go out of the table. */
  readonly removed?: readonly AdoptedFile[] | undefined
}

const attemptsMax = 30

/**
 * Commits a change of the state that an operator asked for: made anew for each attempt from what was loaded, so that nothing
 * is built on what has moved. An answer that got lost is looked for in the table (delivery.md, rule 2). Gives the snapshot,
 * null when there was nothing to do. WEIR-5032 when others were faster each time.
 */
export async function commitState(
  table: DeliveryTable,
  change: (view: TableView) => Promise<StateChange | undefined>,
): Promise<string | null> {
  const unanswered: string[] = []
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const view = await table.load()
    const landed = unanswered.find((id) => view.snapshotIds.has(id))
    if (landed !== undefined) return landed
    const wanted = await change(view)
    if (!wanted) return null
    const state = await writeState(table, wanted.state)
    const outcome = await table.commit(view, { files: wanted.files, removed: wanted.removed ?? [], state })
    if (outcome.kind === 'landed') return outcome.snapshotId
    if (outcome.kind === 'unknown') unanswered.push(outcome.snapshotId)
  }
  throw new WeirError('WEIR-5032', `others changed the table in all of ${attemptsMax} attempts; try again`)
}
