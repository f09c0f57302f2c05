import { isWithin, keyOf, offsetOf, partitionOf, type RecordKey } from './keys.ts'
import { findPartition, isRecord } from './log.ts'
import { entryOf, entryPartition, isSkipped, lettersInForce, recordsSkipped, stateOf } from './state.ts'
import type { Row, State } from './storage.ts'
import { rowsOf } from './table.ts'
import { fail, type World } from './world.ts'

export type Verdict = 'yes' | 'no' | 'cannot tell'

/** As an operator sees it: only the table, its state, its letters, and what the log still has. */
export function verify(world: World, rows: readonly Row[] = rowsOf(world.storage, world.table)): Verdict {
  const state = stateOf(world, world.table)
  if (state === undefined) return 'cannot tell'
  const have = new Set<RecordKey>()
  for (const { key } of rows) {
    if (key === null) continue
    if (have.has(key) || offsetOf(key) >= entryOf(world, state, partitionOf(key)).next) return 'no'
    have.add(key)
  }
  const addsUp = Object.keys(state.entries).every((name) => partitionAddsUp(world, state, entryPartition(name), have))
  // What others took out cannot be told from a loss.
  if (!addsUp) return world.witness.foreignDelete ? 'cannot tell' : 'no'
  return 'yes'
}

function partitionAddsUp(world: World, state: State, partition: string, have: ReadonlySet<RecordKey>): boolean {
  const entry = entryOf(world, state, partition)
  const inForce = lettersInForce(world, state)
  const found = [...have, ...inForce.keys()].filter((key) => partitionOf(key) === partition).length
  if (found + recordsSkipped(entry) !== entry.read) return false
  const log = findPartition(world.log, world.rules, partition)
  if (log === undefined) return true
  for (let offset = log.start; offset < entry.next; offset++) {
    const { kind } = log.records[offset] ?? { kind: 'hole' }
    const key = keyOf(partition, offset)
    const times = (have.has(key) ? 1 : 0) + (inForce.has(key) ? 1 : 0)
    const isStated = isWithin(entry.lost, offset) || isSkipped(entry, offset)
    // A hole of a restore: its record may have been delivered before.
    if (kind === 'hole') continue
    if (isRecord(kind) ? times + (isStated ? 1 : 0) !== 1 : times > 0) return false
  }
  return true
}

/** INV-D7: it says yes only of what is right, and sees a duplicate and a gap that are planted. */
export function checkVerify(world: World): void {
  const verdict = verify(world)
  if (verdict === 'no') fail(world, 'verify says no, but the data is right')
  const rows = rowsOf(world.storage, world.table).filter(({ key }) => key !== null)
  if (rows.length === 0) return
  const planted = world.random.oneOf(rows)
  if (verify(world, [...rows, planted]) !== 'no') fail(world, 'verify does not see a planted duplicate')
  const without = rows.filter((row) => row !== planted)
  if (verify(world, without) === 'yes') fail(world, 'verify does not see a planted gap')
}
