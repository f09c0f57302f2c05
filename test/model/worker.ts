import { deliveryOf, flush } from './block.ts'
import { lossOfDeletedTopic, reasonToHalt } from './halt.ts'
import { keyOf, type OffsetRange, type PartitionKey } from './keys.ts'
import { findPartition, fits, isRecord, liveTopic, partitionKey, type LogPartition } from './log.ts'
import { behind, entryOf, stateOf } from './state.ts'
import type { Table } from './table.ts'
import { fail, newId, type Steps, type Tail, type Worker, type World } from './world.ts'

export function startWorker(world: World, worker: Worker): string {
  worker.life++
  worker.tails = new Map()
  worker.positions = new Map()
  worker.takenOver = new Map()
  worker.owned = new Map()
  worker.halt = null
  worker.loss = null
  worker.steps = runWorker(world, worker)
  return `${worker.name} started`
}

/** Gives each partition to some worker of its delivery, under a new epoch. */
export function rebalance(world: World): string {
  for (const place of ['A/0', 'A/1', 'B/0']) {
    const able = world.workers.filter(({ topic }) => topic === place[0])
    world.control.owners.set(place, { worker: world.random.oneOf(able).name, epoch: newId(world) })
  }
  return 'rebalance'
}

function ownedBy(world: World, worker: Worker): Map<PartitionKey, number> {
  const topic = liveTopic(world.log, worker.topic)
  const owned = new Map<PartitionKey, number>()
  for (const index of topic.partitions.keys()) {
    const owner = world.control.owners.get(`${worker.topic}/${index}`)!
    if (owner.worker === worker.name) owned.set(partitionKey(world.rules, topic, index), owner.epoch)
  }
  return owned
}

function* runWorker(world: World, worker: Worker): Steps {
  for (;;) {
    // May be out of date from the next step on: that is a zombie.
    worker.owned = ownedBy(world, worker)
    const { table } = world
    worker.loss ??= lossOfDeletedTopic(world, worker, table)
    worker.halt = reasonToHalt(world, worker, table)
    dropStale(world, worker, table)
    if (worker.halt !== null) {
      checkQuestion(world, worker)
      yield `${worker.name} stopped: ${worker.halt}`
      continue
    }
    yield `${worker.name} loaded the table`
    for (let left = 1 + world.random.pick(4); left > 0; left--) yield readSome(world, worker, table)
    if (world.quiet || world.random.chance(0.5)) yield* flush(world, worker, table)
  }
}

/** Tails that this table and this assignment do not continue. */
function dropStale(world: World, worker: Worker, table: Table): void {
  const state = stateOf(world, table)
  for (const [partition, tail] of worker.tails) {
    const continues =
      worker.halt === null &&
      tail.epoch === worker.owned.get(partition) &&
      tail.base === entryOf(world, state, partition).next &&
      tail.schema === table.schema &&
      tail.delivery === deliveryOf(world, worker)
    if (continues) continue
    worker.tails.delete(partition)
    worker.takenOver.delete(partition)
  }
  for (const partition of [...worker.positions.keys()]) {
    if (worker.halt === null && worker.owned.has(partition)) continue
    worker.positions.delete(partition)
    worker.takenOver.delete(partition)
  }
}

/** INV-D8: a question that nobody gave reason for would teach operators to answer without looking. */
function checkQuestion(world: World, worker: Worker): void {
  const { rollbacks, stateUnset, foreignDelete } = world.witness
  const isReasonable = rollbacks > 0 || stateUnset || foreignDelete
  if (worker.halt === 'rollback' && !isReasonable) fail(world, 'a delivery asks about a rollback that never was')
}

function readSome(world: World, worker: Worker, table: Table): string {
  const partitions = [...worker.owned.keys()]
  if (partitions.length === 0) return `${worker.name} idle`
  const key = world.random.oneOf(partitions)
  const partition = findPartition(world.log, world.rules, key)
  if (partition === undefined) return `${worker.name} finds ${key} gone`
  const tail = worker.tails.get(key) ?? newTail(world, worker, table, key)
  const limit = world.rules.syncedEnd ? partition.durable : partition.records.length
  // What an owner before may have shown is at most this.
  if (!worker.takenOver.has(key)) worker.takenOver.set(key, { epoch: tail.epoch, end: limit })
  worker.positions.set(key, tail.base)
  const { lost: noted } = entryOf(world, stateOf(world, table), key)
  const lost = lostAt(partition, noted, tail.end)
  if (lost !== null) {
    if (world.rules.lossStops) return askAboutLoss(worker, tail, key, lost)
    tail.end = lost[1]
  }
  takeRecords(world, partition, noted, tail, key, limit)
  if (tail.end > tail.base) worker.tails.set(key, tail)
  const { base, end, rows, rejected } = tail
  return `${worker.name} read ${key} [${base},${end}): ${rows.length} rows, ${rejected.length} rejected`
}

function newTail(world: World, worker: Worker, table: Table, key: PartitionKey): Tail {
  const base = entryOf(world, stateOf(world, table), key).next
  const epoch = worker.owned.get(key)!
  const delivery = deliveryOf(world, worker)
  return { base, end: base, epoch, schema: table.schema, delivery, rows: [], rejected: [], records: 0 }
}

/** Rule 7: offsets from here on that retention took or a restore left out, and that the entry does not know. */
function lostAt(partition: LogPartition, noted: readonly OffsetRange[], offset: number): OffsetRange | null {
  const place = behind(noted, offset)
  if (partition.start > place) return [offset, partition.start]
  const hole = partition.restored.find(([from, to]) => place >= from && place < to)
  return hole === undefined ? null : [offset, hole[1]]
}

function askAboutLoss(worker: Worker, tail: Tail, partition: PartitionKey, range: OffsetRange): string {
  // What was read before the loss is committed first, so that the loss begins at the next offset.
  if (tail.end === tail.base) {
    worker.loss = { partition, range }
    worker.halt = 'loss'
  }
  return `${worker.name} finds ${partition} [${range[0]},${range[1]}) gone`
}

function takeRecords(
  world: World,
  partition: LogPartition,
  noted: readonly OffsetRange[],
  tail: Tail,
  key: PartitionKey,
  limit: number,
): void {
  const upTo = world.quiet ? 9 : 1 + world.random.pick(3)
  for (let taken = 0; taken < upTo && tail.end < limit; taken++) {
    if (world.rules.lossStops && lostAt(partition, noted, tail.end) !== null) return
    const { id, kind } = partition.records[tail.end]!
    const row = { key: keyOf(key, tail.end), record: id }
    tail.end++
    if (!isRecord(kind)) continue
    tail.records++
    if (fits(kind, tail.schema)) tail.rows.push(row)
    else tail.rejected.push(row)
  }
}
