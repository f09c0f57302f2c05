import { isRolledBack } from './halt.ts'
import { isWithin, offsetOf, partitionOf, type PartitionKey, type RecordKey } from './keys.ts'
import { namedBy } from './maintenance.ts'
import { countByPartition, entryOf, entryPartition, isSkipped, lettersInForce, stateOf } from './state.ts'
import type { State } from './storage.ts'
import { currentSnapshot, rowsOf, type Table } from './table.ts'
import { fail, type World } from './world.ts'

const checked = new WeakMap<World, Table>()

/** What must hold after every step; looked at again when the table changed, and at power cuts. */
export function checkTable(world: World, always: boolean): void {
  const { table } = world
  if (!always && checked.get(world) === table && world.steps % 16 !== 0) return
  checked.set(world, table)
  checkNamedFiles(world, table)
  const keys = checkRows(world, table)
  const state = stateOf(world, table)
  const isAsked = world.witness.rollbackOpen || isRolledBack(world, table)
  if (state === undefined || isAsked) return
  checkCounts(world, state, keys)
}

/** INV-D2: of the snapshots of others' making only the current one is promised. */
function checkNamedFiles(world: World, table: Table): void {
  for (const file of currentSnapshot(table).files) {
    if (!world.storage.has(file)) fail(world, `the table names data file ${file}, which is gone`)
  }
  for (const file of namedBy(world, table)) {
    if (world.storage.has(file)) continue
    fail(world, `the table names file ${file}, which is gone`)
  }
}

/** INV-D1 and INV-D5. */
function checkRows(world: World, table: Table): ReadonlySet<RecordKey> {
  const keys = new Set<RecordKey>()
  for (const { key, record } of rowsOf(world.storage, table)) {
    if (key === null) continue
    if (keys.has(key)) fail(world, `${key} is in the table twice`)
    keys.add(key)
    if (!world.log.acknowledged.has(record)) fail(world, `${key} is in the table and was never acknowledged`)
  }
  return keys
}

/** INV-D3. */
function checkCounts(world: World, state: State, keys: ReadonlySet<RecordKey>): void {
  const inForce = lettersInForce(world, state)
  const rows = countByPartition(keys)
  const rejected = countByPartition(inForce.keys())
  const read = recordsRead(world, state)
  const takenOut = countByPartition(
    read.filter((key) => !keys.has(key) && !inForce.has(key) && isExcused(world, state, key)),
  )
  const inLog = countByPartition(read)
  const partitions = new Set([...rows.keys(), ...Object.keys(state.entries).map(entryPartition)])
  for (const partition of partitions) {
    const entry = entryOf(world, state, partition)
    const count = (of: ReadonlyMap<PartitionKey, number>): number => of.get(partition) ?? 0
    const holds =
      entry.delivered === count(rows) + count(takenOut) &&
      entry.rejected === count(rejected) &&
      entry.read === entry.delivered + entry.rejected &&
      entry.read === count(inLog)
    if (holds) continue
    const claimed = `read ${entry.read} delivered ${entry.delivered} rejected ${entry.rejected}`
    const found = `records ${count(inLog)} rows ${count(rows)} taken out ${count(takenOut)} letters ${count(rejected)}`
    fail(world, `ledger of ${partition}: ${claimed}, but ${found}`)
  }
}

/** Removed by other engines, or skipped by an operator. */
function isExcused(world: World, state: State, key: RecordKey): boolean {
  return world.witness.deleted.has(key) || isSkipped(entryOf(world, state, partitionOf(key)), offsetOf(key))
}

/** The records of the log that the state is beyond. */
function recordsRead(world: World, state: State): RecordKey[] {
  const below = [...world.log.acknowledged.values()].filter(({ key }) => {
    const { next, lost } = entryOf(world, state, partitionOf(key))
    return offsetOf(key) < next && !isWithin(lost, offsetOf(key))
  })
  return below.map(({ key }) => key)
}

/** INV-D4, once all came to rest: each acknowledged record is somewhere, and it is that record. */
export function checkAcknowledged(world: World): void {
  const state = stateOf(world, world.table)
  const rows = new Map(rowsOf(world.storage, world.table).map(({ key, record }) => [key, record]))
  const inForce = lettersInForce(world, state)
  for (const [record, { key }] of world.log.acknowledged) {
    const isStated = isWithin(entryOf(world, state, partitionOf(key)).lost, offsetOf(key))
    if (isStated || (state !== undefined && isExcused(world, state, key))) continue
    if (rows.get(key) !== record && inForce.get(key) !== record)
      fail(world, `acknowledged ${key} (record ${record}) is nowhere`)
  }
}
