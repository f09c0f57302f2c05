import type { OffsetRange, PartitionKey, RecordKey } from './keys.ts'
import { addTopic, type Log } from './log.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import type { Rules } from './rules.ts'
import type { Content, Row, Storage } from './storage.ts'
import type { Table } from './table.ts'

/** One atomic action runs between two yields; what is yielded says what happened. A crash drops the generator. */
export type Steps<Result = void> = Generator<string, Result, undefined>

/** Accepted and rejected rows of one partition, read and not yet committed: `[base, end)`. */
export interface Tail {
  readonly base: number
  end: number
  readonly epoch: number
  readonly schema: number
  readonly delivery: string
  readonly rows: Row[]
  readonly rejected: { readonly key: RecordKey; readonly record: number }[]
  records: number
}

export interface Loss {
  readonly partition: PartitionKey
  readonly range: OffsetRange
}

export type HaltReason = 'rollback' | 'state gone' | 'rows without entry' | 'loss' | 'other table' | 'not adopted'

export interface Worker {
  readonly name: string
  readonly topic: string
  /** Counts its restarts: the writer of a file is one life of a worker. */
  life: number
  tails: Map<PartitionKey, Tail>
  /** Where its reading of a partition begins. */
  positions: Map<PartitionKey, number>
  /** For each partition, the log end seen at take-over: before it is reached, the tail is not served. */
  takenOver: Map<PartitionKey, { readonly epoch: number; readonly end: number }>
  /** Partitions and epochs as it last heard of them: maybe out of date. */
  owned: Map<PartitionKey, number>
  halt: HaltReason | null
  loss: Loss | null
  steps: Steps
}

/** A commit on its way to the catalog; it may arrive late, even after its sender died. */
export interface CommitRequest {
  readonly id: number
  readonly by: string
  readonly uuid: number
  readonly base: number
  readonly sequence: number
  readonly schema: number
  readonly files: readonly number[]
  readonly state: number | null
  readonly addsSnapshot: boolean
  answer: 'ok' | 'conflict' | null
}

export interface Job {
  readonly name: string
  readonly steps: Steps
}

/** What an all-knowing observer keeps, to judge the rest; no process looks at it. */
export interface Witness {
  /** Keys that queries showed. */
  readonly seen: Set<RecordKey>
  /** Keys that another engine deleted. */
  readonly deleted: Set<RecordKey>
  rollbacks: number
  /** Counts what ends the promise that a row once visible stays so: rollbacks and their answers, other tables, narrower
   * schemas. */
  eras: number
  foreignDelete: boolean
  stateUnset: boolean
  /** Between a rollback and its answer counts need not add up. */
  rollbackOpen: boolean
  commits: number
  queries: number
}

export interface World {
  readonly rules: Rules
  readonly random: Random
  readonly trace: ((line: string) => void) | null
  steps: number
  lastId: number
  lastRecord: number
  /** No more faults: all must come to rest. */
  quiet: boolean
  /** The operator gave up, nothing more is promised. */
  ended: boolean
  readonly storage: Storage
  readonly log: Log
  table: Table
  network: CommitRequest[]
  /** This catalog keeps no table properties. */
  readonly forgetful: boolean
  readonly control: {
    /** Identity of the table that the deliveries adopted. */
    adopted: number | null
    refused: boolean
    readonly owners: Map<string, { worker: string; epoch: number }>
    readonly deliveries: Map<string, string>
  }
  readonly workers: Worker[]
  jobs: Job[]
  readonly engine: { steps: Steps; cached: Table | null; cachedAt: number }
  readonly witness: Witness
}

/** An invariant broke. */
export class Violation extends Error {}

export function fail(world: World, text: string): never {
  say(world, `VIOLATION ${text}`)
  throw new Violation(text)
}

export function say(world: World, text: string): void {
  world.trace?.(`${String(world.steps).padStart(4)} ${text}`)
}

export function newId(world: World): number {
  return ++world.lastId
}

export function writeFile(world: World, content: Content, by: string, synced: boolean): number {
  const id = newId(world)
  world.storage.set(id, { content, by, synced })
  return id
}

export function syncFile(world: World, id: number): void {
  const file = world.storage.get(id)
  if (file !== undefined) file.synced = true
}

function* nothing(): Steps {}

function newWorker(name: string, topic: string): Worker {
  return {
    name,
    topic,
    life: 0,
    tails: new Map(),
    positions: new Map(),
    takenOver: new Map(),
    owned: new Map(),
    halt: null,
    loss: null,
    steps: nothing(),
  }
}

export function emptyTable(world: Pick<World, 'lastId' | 'storage'>): Table {
  const uuid = ++world.lastId
  const metadataFile = ++world.lastId
  world.storage.set(metadataFile, { content: { kind: 'metadata' }, by: 'catalog', synced: true })
  const root = { id: uuid, parent: null, sequence: 0, files: [], state: null }
  return { uuid, metadataFile, snapshots: { [uuid]: root }, current: uuid, lastSequence: 0, schema: 0, state: null }
}

/** Two workers on a stream of two partitions, a third on another stream, one table. */
export function createWorld(seed: number, rules: Rules, trace: ((line: string) => void) | null): World {
  const random = seededRandom(seed)
  const storage: Storage = new Map()
  const ids = { lastId: 0, storage }
  const log: Log = { topics: [], acknowledged: new Map() }
  addTopic(log, 'A', ++ids.lastId, 2)
  addTopic(log, 'B', ++ids.lastId, 1)
  const table = emptyTable(ids)
  return {
    rules,
    random,
    trace,
    steps: 0,
    lastId: ids.lastId,
    lastRecord: 0,
    quiet: false,
    ended: false,
    storage,
    log,
    table,
    network: [],
    forgetful: random.chance(0.02),
    control: {
      adopted: null,
      refused: false,
      owners: new Map(),
      deliveries: new Map([
        ['A', 'a1'],
        ['B', 'b1'],
      ]),
    },
    workers: [newWorker('w1', 'A'), newWorker('w2', 'A'), newWorker('w3', 'B')],
    jobs: [],
    engine: { steps: nothing(), cached: null, cachedAt: 0 },
    witness: {
      seen: new Set(),
      deleted: new Set(),
      rollbacks: 0,
      eras: 0,
      foreignDelete: false,
      stateUnset: false,
      rollbackOpen: false,
      commits: 0,
      queries: 0,
    },
  }
}
