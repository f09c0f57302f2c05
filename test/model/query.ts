import { keyOf, isWithin, offsetOf, partitionOf, type PartitionKey, type RecordKey } from './keys.ts'
import { findPartition, liveTopic, partitionKey } from './log.ts'
import { entryOf, lettersInForce, readState, stateOf } from './state.ts'
import { currentSnapshot, nearestSummary, rowsOf, type Table } from './table.ts'
import type { Row, State } from './storage.ts'
import { fail, type Steps, type World } from './world.ts'

/** What one worker reports of one partition. */
interface TailReport {
  readonly partition: PartitionKey
  readonly base: number
  readonly end: number
  readonly epoch: number
  readonly schema: number | null
  readonly rows: readonly Row[]
  readonly ready: boolean
}

export function startEngine(world: World): string {
  world.engine.steps = runQueries(world)
  world.engine.cached = null
  return 'engine started'
}

function* runQueries(world: World): Steps {
  for (;;) {
    yield 'query begins'
    const before = new Set(world.witness.seen)
    const { eras } = world.witness
    const owners = new Map([...world.control.owners].map(([place, { epoch }]) => [place, epoch]))
    let table: Table | null = null
    if (!world.rules.tailsFirst) {
      table = loadTable(world)
      yield `query takes snapshot ${table.current}`
    }
    const tails: TailReport[] = []
    for (const worker of world.workers) {
      tails.push(...tailsOf(world, worker.name))
      yield `query takes the tails of ${worker.name}`
    }
    if (table === null) {
      table = loadTable(world)
      yield `query takes snapshot ${table.current}`
    }
    if (isExpired(world, table)) continue
    const answer = join(world, table, tails, owners)
    if (answer === null) {
      world.engine.cached = null
      continue
    }
    checkAnswer(world, table, answer, before)
    if (world.witness.eras !== eras || world.engine.cachedAt !== eras) continue
    for (const { key } of answer.rows) if (key !== null && !world.witness.deleted.has(key)) world.witness.seen.add(key)
  }
}

/** Engines keep metadata for a while. */
function loadTable(world: World): Table {
  const { engine, random } = world
  if (engine.cached !== null && random.chance(0.4)) return engine.cached
  engine.cached = world.table
  engine.cachedAt = world.witness.eras
  return world.table
}

function isExpired(world: World, table: Table): boolean {
  if (currentSnapshot(table).files.every((file) => world.storage.has(file))) return false
  world.engine.cached = null
  if (world.table.current === table.current) fail(world, 'the table names a file that is gone')
  return true
}

function tailsOf(world: World, name: string): TailReport[] {
  const worker = world.workers.find((one) => one.name === name)!
  const reports: TailReport[] = []
  for (const [partition, epoch] of worker.owned) {
    const position = worker.positions.get(partition)
    if (position === undefined) continue
    const tail = worker.tails.get(partition) ?? { base: position, end: position, rows: [], epoch, schema: null }
    const takenOver = worker.takenOver.get(partition)
    const ready = takenOver !== undefined && takenOver.epoch === tail.epoch && tail.end >= takenOver.end
    const { base, end, schema } = tail
    reports.push({ partition, base, end, epoch: tail.epoch, schema, rows: [...tail.rows], ready })
  }
  return reports
}

interface Answer {
  readonly rows: readonly Row[]
  /** Streams whose tail is left out, with a notice to the client. */
  readonly noticed: ReadonlySet<string>
}

/** Rules 12 and 13: snapshot and the tails beyond its offsets; null: another snapshot or other tails are needed. */
function join(world: World, table: Table, tails: readonly TailReport[], owners: Map<string, number>): Answer | null {
  const { rules } = world
  const rows = [...rowsOf(world.storage, table)]
  const noticed = new Set(
    world.workers.filter(({ halt, loss }) => halt !== null || loss !== null).map(({ topic }) => topic),
  )
  const state = offsetsOf(world, table)
  for (const name of ['A', 'B']) {
    const topic = liveTopic(world.log, name)
    if (rules.missingStops && state === undefined) noticed.add(name)
    if (world.control.adopted !== table.uuid) noticed.add(name)
    if (noticed.has(name)) continue
    for (const index of topic.partitions.keys()) {
      const partition = partitionKey(rules, topic, index)
      const { next } = entryOf(world, state, partition)
      const mine = tails.filter(
        (tail) => tail.partition === partition && (!rules.tailOfOwner || tail.epoch === owners.get(`${name}/${index}`)),
      )
      if (rules.baseChecked && mine.some(({ base }) => base > next)) return null
      if (rules.tailSchema && mine.some(({ schema }) => schema !== null && schema !== table.schema)) return null
      if (rules.tailReady && !mine.some(({ ready }) => ready)) return null
      for (const tail of mine)
        rows.push(...tail.rows.filter(({ key }) => !rules.cutByOffsets || offsetOf(key!) >= next))
    }
  }
  return { rows, noticed }
}

function offsetsOf(world: World, table: Table): State | undefined {
  const summary = nearestSummary(table)
  // With a broken chain the property is all there is; a delivery compares it by counting.
  if (summary === undefined || summary === null) return stateOf(world, table)
  return readState(world, summary)
}

/** INV-D6. */
function checkAnswer(world: World, table: Table, { rows, noticed }: Answer, before: ReadonlySet<RecordKey>): void {
  const got = new Set<RecordKey>()
  const rejectedThen = lettersInForce(world, offsetsOf(world, table))
  const rejectedNow = lettersInForce(world, stateOf(world, world.table))
  world.witness.queries++
  for (const { key } of rows) {
    if (key === null) continue
    if (got.has(key)) fail(world, `a query shows ${key} twice`)
    if (rejectedThen.has(key) && rejectedNow.has(key)) fail(world, `a query shows the rejected ${key}`)
    got.add(key)
  }
  if (noticed.size > 0) return
  const state = stateOf(world, world.table)
  for (const key of before) {
    if (got.has(key) || !world.witness.seen.has(key)) continue
    const partition = partitionOf(key)
    const isHeld = findPartition(world.log, world.rules, partition) !== undefined
    if (isHeld && !isWithin(entryOf(world, state, partition).lost, offsetOf(key))) {
      fail(world, `a query misses ${keyOf(partition, offsetOf(key))}, which was visible before`)
    }
  }
}
