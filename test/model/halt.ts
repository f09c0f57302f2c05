import { isWithin, offsetOf, partitionOf, type PartitionKey } from './keys.ts'
import { liveTopic, partitionKey, sourceOf } from './log.ts'
import { countByPartition, entryName, entryOf, entryPartition, isSkipped, recordsSkipped, stateOf } from './state.ts'
import { keysOf, nearestSummary, type Table } from './table.ts'
import type { HaltReason, Loss, Worker, World } from './world.ts'

/** Rule 4: was the table rolled back since the state in its property was written? */
export function isRolledBack(world: World, table: Table): boolean {
  const { rules } = world
  if (!rules.rollbackSeen || !rules.stateInSummary || !rules.stateInProperty) return false
  if (stateOf(world, table) === undefined) return false
  const summary = nearestSummary(table)
  if (summary === undefined) return rules.brokenChainCounts && !addsUp(world, table)
  return summary !== table.state
}

/**
 * Do the rows of the table add up to what the state says was delivered? A scan: only for a broken chain. A row where the
 * state has none tells more than a count: another engine may have deleted as many as a rollback brought back.
 */
function addsUp(world: World, table: Table): boolean {
  const { entries } = stateOf(world, table)!
  const rows = [...keysOf(world.storage, table)]
  const areExpected = rows.every((key) => {
    const entry = entries[entryName(world, partitionOf(key))]
    const offset = offsetOf(key)
    return entry !== undefined && offset < entry.next && !isSkipped(entry, offset) && !isWithin(entry.lost, offset)
  })
  if (!areExpected) return false
  const counts = countByPartition(rows)
  return Object.entries(entries).every(
    ([name, entry]) => (counts.get(entryPartition(name)) ?? 0) === entry.delivered - recordsSkipped(entry),
  )
}

/** Rule 7: records of a deleted topic that were not delivered; the log keeps the end offsets of deleted topics. */
export function lossOfDeletedTopic(world: World, worker: Worker, table: Table): Loss | null {
  if (!world.rules.deletedIsLoss) return null
  const state = stateOf(world, table)
  for (const topic of world.log.topics) {
    if (!topic.gone || topic.name !== worker.topic) continue
    for (const [index, { durable }] of topic.partitions.entries()) {
      const partition = partitionKey(world.rules, topic, index)
      const { next } = entryOf(world, state, partition)
      if (next < durable) return { partition, range: [next, durable] }
    }
  }
  return null
}

/** Rules 4, 5, 7: why nothing may be committed to this table now. */
export function reasonToHalt(world: World, worker: Worker, table: Table): HaltReason | null {
  const { rules, control } = world
  if (control.adopted === null) return 'not adopted'
  if (control.adopted !== table.uuid) return rules.uuidAsserted ? 'other table' : null
  const state = stateOf(world, table)
  if (rules.missingStops && rules.stateInProperty && state === undefined) return 'state gone'
  if (isRolledBack(world, table)) return 'rollback'
  if (rules.rowsNeedEntry && hasRowsWithoutEntry(world, table, sourceOf(rules, liveTopic(world.log, worker.topic)))) {
    return 'rows without entry'
  }
  const loss = worker.loss ?? lossOfDeletedTopic(world, worker, table)
  return loss === null ? null : 'loss'
}

/** Rule 5: a (source, partition) that has rows and no entry was not delivered by this state. */
export function hasRowsWithoutEntry(world: World, table: Table, source: string | null): boolean {
  const state = stateOf(world, table)
  const checked = new Set<PartitionKey>()
  for (const key of keysOf(world.storage, table)) {
    const partition = partitionOf(key)
    if (checked.has(partition) || (source !== null && !partition.startsWith(`${source}/`))) continue
    checked.add(partition)
    if (state?.entries[entryName(world, partition)] === undefined) return true
  }
  return false
}
