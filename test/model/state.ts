import { partitionOf, type OffsetRange, type PartitionKey, type RecordKey } from './keys.ts'
import { partitionKey } from './log.ts'
import type { Entry, LetterFile, State } from './storage.ts'
import { nearestSummary, type Table } from './table.ts'
import type { World } from './world.ts'

export const emptyState: State = { entries: {}, letterFiles: [] }
export const emptyEntry: Entry = { next: 0, read: 0, delivered: 0, rejected: 0, lost: [], skipped: [] }

/** Entries for what the logs have lost by now: no loss of a delivery that begins here (rule 7). */
export function begunState(world: World): State {
  let state = emptyState
  for (const topic of world.log.topics.filter(({ gone }) => !gone)) {
    for (const [index, { start, restored }] of topic.partitions.entries()) {
      const next = behind(restored, start)
      const before: OffsetRange[] = next > 0 ? [[0, next]] : []
      const lost = [...before, ...restored.filter(([from]) => from >= next)]
      if (lost.length > 0)
        state = withEntry(world, state, partitionKey(world.rules, topic, index), { ...emptyEntry, next, lost })
    }
  }
  return state
}

/** The first offset from here on that is in none of these ranges. */
export function behind(ranges: readonly OffsetRange[], offset: number): number {
  const range = ranges.find(([from, to]) => offset >= from && offset < to)
  return range === undefined ? offset : behind(ranges, range[1])
}

export function readState(world: World, file: number): State | undefined {
  const content = world.storage.get(file)?.content
  return content?.kind === 'state' ? content.state : undefined
}

/** The state of a table: what its property names. */
export function stateOf(world: World, table: Table): State | undefined {
  const file = world.rules.stateInProperty ? table.state : nearestSummary(table)
  return file === null || file === undefined ? undefined : readState(world, file)
}

/** The state as the snapshots have it; undefined when their chain is broken. */
export function summaryOf(world: World, table: Table): State | undefined {
  const file = nearestSummary(table)
  if (file === undefined) return undefined
  return file === null ? emptyState : readState(world, file)
}

export function recordsSkipped({ skipped }: Entry): number {
  return skipped.reduce((sum, { records }) => sum + records, 0)
}

/** Whether an operator chose not to deliver this record again. */
export function isSkipped(entry: Entry, offset: number): boolean {
  return entry.skipped.some(({ range: [from, to] }) => offset >= from && offset < to)
}

export function entryName(world: World, partition: PartitionKey): string {
  return world.rules.entryBySource ? partition : `${world.control.deliveries.get(partition[0]!)}|${partition}`
}

/** The partition that an entry's name stands for. */
export function entryPartition(name: string): PartitionKey {
  return name.slice(name.indexOf('|') + 1)
}

export function entryOf(world: World, state: State | undefined, partition: PartitionKey): Entry {
  return state?.entries[entryName(world, partition)] ?? emptyEntry
}

export function withEntry(world: World, state: State, partition: PartitionKey, entry: Entry): State {
  return { ...state, entries: { ...state.entries, [entryName(world, partition)]: entry } }
}

const inForceCache = new WeakMap<State, ReadonlyMap<RecordKey, number>>()

/** Letters that count as rejected, with the record of each. */
export function lettersInForce(world: World, state: State | undefined): ReadonlyMap<RecordKey, number> {
  if (state === undefined) return new Map()
  const known = inForceCache.get(state)
  if (known !== undefined) return known
  const found = new Map<RecordKey, number>()
  for (const { file, replayed } of state.letterFiles) {
    for (const { key, record } of lettersIn(world, file)) if (!replayed.includes(key)) found.set(key, record)
  }
  inForceCache.set(state, found)
  return found
}

export function lettersIn(world: World, file: number): readonly { readonly key: RecordKey; readonly record: number }[] {
  const content = world.storage.get(file)?.content
  return content?.kind === 'letters' ? content.letters : []
}

/** The letter out of force: its row is in the table. */
export function withoutLetter(world: World, state: State, key: RecordKey): State {
  const letterFiles = state.letterFiles.map((one): LetterFile => {
    const has = lettersIn(world, one.file).some((letter) => letter.key === key)
    return has && !one.replayed.includes(key) ? { ...one, replayed: [...one.replayed, key] } : one
  })
  return { ...state, letterFiles }
}

/** How many keys each partition has. */
export function countByPartition(keys: Iterable<RecordKey>): Map<PartitionKey, number> {
  const counts = new Map<PartitionKey, number>()
  for (const key of keys) counts.set(partitionOf(key), (counts.get(partitionOf(key)) ?? 0) + 1)
  return counts
}
