import { changeState } from './catalog.ts'
import { commit, type Judgement, type Proposal } from './commit.ts'
import { reasonToHalt } from './halt.ts'
import type { PartitionKey } from './keys.ts'
import { emptyState, entryOf, stateOf, withEntry } from './state.ts'
import type { Entry, Letter, Row, State } from './storage.ts'
import type { Table } from './table.ts'
import { syncFile, writeFile, type Steps, type Tail, type Worker, type World } from './world.ts'

type ClosedTail = Omit<Readonly<Tail>, 'rows' | 'rejected'> & {
  readonly rows: readonly Row[]
  readonly rejected: readonly Letter[]
}

/** What one commit of a worker holds: for each of its partitions, the tail as it was when the block was closed. */
interface Block {
  readonly tails: readonly (readonly [PartitionKey, ClosedTail])[]
  readonly rows: readonly Row[]
  readonly rejected: readonly Letter[]
}

/** A worker makes its tails one commit. */
export function* flush(world: World, worker: Worker, table: Table): Steps {
  const { rules } = world
  const block = closeBlock(worker)
  if (block.tails.length === 0 || (block.rows.length === 0 && !rules.rejectsMove)) return
  const by = `${worker.name}.${worker.life}`
  const files: number[] = []
  if (block.rows.length > 0) {
    files.push(writeFile(world, { kind: 'data', rows: block.rows }, by, false))
    yield `${by} wrote data ${files[0]}`
    if (rules.durableData) syncFile(world, files[0]!)
  }
  let letters: number | null = null
  if (block.rejected.length > 0) {
    letters = writeFile(world, { kind: 'letters', letters: block.rejected }, by, false)
    yield `${by} wrote letters ${letters}`
    if (rules.durableLetters) syncFile(world, letters)
  }
  if (!rules.tailKept) for (const [partition] of block.tails) worker.tails.delete(partition)
  const landed = yield* commit(world, proposalOf(world, worker, block, { by, files, letters, table }))
  if (landed) yield* commitTheRest(world, block, letters)
  for (const [partition, { end }] of block.tails) {
    worker.tails.delete(partition)
    if (landed) worker.positions.set(partition, end)
    else {
      worker.takenOver.delete(partition)
      worker.positions.delete(partition)
    }
  }
  yield landed ? `${by} dropped its tail` : `${by} discarded its block`
}

function closeBlock(worker: Worker): Block {
  const tails = [...worker.tails]
    .filter(([, { base, end }]) => end > base)
    .map(([partition, tail]) => [partition, { ...tail, rows: [...tail.rows], rejected: [...tail.rejected] }] as const)
  return {
    tails,
    rows: tails.flatMap(([, { rows }]) => rows),
    rejected: tails.flatMap(([, { rejected }]) => rejected),
  }
}

interface Written {
  readonly by: string
  readonly files: readonly number[]
  readonly letters: number | null
  readonly table: Table
}

function proposalOf(world: World, worker: Worker, block: Block, { by, files, letters, table }: Written): Proposal {
  const { rules } = world
  return {
    by,
    files,
    madeOn: table,
    schema: block.tails[0]![1].schema,
    judge: (now, { first, unknown }) => {
      if (first || rules.eachAttempt) {
        if (reasonToHalt(world, worker, now) !== null) return 'lost'
      }
      return judgeStarts(world, worker, block, now, unknown)
    },
    nextState: (now) => {
      if (!rules.offsetsInCommit) return null
      const state = stateOf(world, rules.mergeOnConflict ? now : table) ?? emptyState
      const counted = advance(world, state, block, { offsets: true, counts: rules.countsInCommit })
      return letters !== null && rules.lettersInCommit ? withLetters(counted, letters) : counted
    },
  }
}

/** Rule 1: a block that starts where the table is not is never sent. */
function judgeStarts(world: World, worker: Worker, block: Block, table: Table, unknown: boolean): Judgement {
  const { rules } = world
  const state = stateOf(world, table)
  const allAt = (offset: (tail: ClosedTail) => number): boolean =>
    block.tails.every(([partition, tail]) => entryOf(world, state, partition).next === offset(tail))
  if (rules.entryBySource && block.tails.some(([, tail]) => tail.delivery !== deliveryOf(world, worker))) return 'lost'
  if (rules.schemaAsserted && block.tails.some(([, tail]) => tail.schema !== table.schema)) return 'lost'
  if (unknown && !rules.outcomeById && allAt(({ end }) => end)) return 'done'
  if (unknown && !rules.unknownIsRead) return 'go'
  return !rules.startsChecked || allAt(({ base }) => base) ? 'go' : 'lost'
}

export function deliveryOf(world: World, worker: Worker): string {
  return world.control.deliveries.get(worker.topic)!
}

/** The state after the block. */
function advance(world: World, state: State, block: Block, parts: { offsets: boolean; counts: boolean }): State {
  let next = state
  for (const [partition, tail] of block.tails) {
    const entry = entryOf(world, state, partition)
    const end = world.rules.gapsNamed ? tail.end : tail.base + tail.records
    const counted: Entry = parts.counts
      ? {
          ...entry,
          read: entry.read + tail.records,
          delivered: entry.delivered + tail.rows.length,
          rejected: entry.rejected + tail.rejected.length,
        }
      : entry
    next = withEntry(world, next, partition, parts.offsets ? { ...counted, next: end } : counted)
  }
  return next
}

function withLetters(state: State, file: number): State {
  return { ...state, letterFiles: [...state.letterFiles, { file, replayed: [] }] }
}

/** What a rule taken away leaves for a second commit: between the two anything may happen. */
function* commitTheRest(world: World, block: Block, letters: number | null): Steps {
  const { offsetsInCommit, countsInCommit, lettersInCommit } = world.rules
  if (offsetsInCommit && countsInCommit && (lettersInCommit || letters === null)) return
  yield 'sends what its commit did not hold'
  const before = stateOf(world, world.table) ?? emptyState
  const counts = !offsetsInCommit || !countsInCommit
  const state = advance(world, before, block, { offsets: !offsetsInCommit, counts })
  const named = letters !== null && (!offsetsInCommit || !lettersInCommit)
  changeState(world, named ? withLetters(state, letters) : state)
}
