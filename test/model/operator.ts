import { changeState } from './catalog.ts'
import { isRolledBack } from './halt.ts'
import { partitionOf } from './keys.ts'
import { resume } from './resume.ts'
import { entryOf, readState, stateOf, withEntry } from './state.ts'
import { nearestSummary } from './table.ts'
import type { Loss, Worker, World } from './world.ts'

/** Answers one question that a delivery asks. */
export function answer(world: World): string {
  const asking = world.workers.find(({ halt, loss }) => (halt !== null && halt !== 'not adopted') || loss !== null)
  if (asking === undefined) return 'nothing asked'
  const { control, table } = world
  if (world.rules.uuidAsserted && control.adopted !== table.uuid) {
    control.adopted = null
    for (const worker of world.workers) clearQuestion(worker)
    return 'operator: deliver into the new table'
  }
  if (stateOf(world, table) === undefined) return restoreState(world)
  if (isRolledBack(world, table)) return resume(world)
  if (asking.loss !== null) return acceptLoss(world, asking, asking.loss)
  clearQuestion(asking)
  return 'the question is out of date'
}

function clearQuestion(worker: Worker): void {
  worker.halt = null
  worker.loss = null
}

/** Rule 7: an accepted loss is a commit that says which offsets. */
function acceptLoss(world: World, asking: Worker, { partition, range }: Loss): string {
  const { rules, witness, table } = world
  clearQuestion(asking)
  const state = stateOf(world, table)!
  const entry = entryOf(world, state, partition)
  const [from, to] = range
  if (entry.next !== from) return 'the loss is out of date'
  for (const key of witness.seen) if (partitionOf(key) === partition) witness.seen.delete(key)
  const lost = rules.lossStated ? [...entry.lost, range] : entry.lost
  changeState(world, withEntry(world, state, partition, { ...entry, next: to, lost }))
  return `operator accepts the loss of ${partition} [${from},${to})`
}

/** Rule 5: the property is gone; the nearest summary still names a state, or nobody knows. */
function restoreState(world: World): string {
  const { table } = world
  const summary = nearestSummary(table)
  const state = summary === null || summary === undefined ? undefined : readState(world, summary)
  if (state === undefined) {
    world.ended = true
    return 'operator gives up: the state is gone'
  }
  for (const worker of world.workers) clearQuestion(worker)
  changeState(world, state)
  world.witness.rollbackOpen = false
  return 'operator restores the state from the summary'
}
