import { changeState } from './catalog.ts'
import { isWithin, keyOf, offsetOf, partitionOf, type OffsetRange, type PartitionKey, type RecordKey } from './keys.ts'
import {
  emptyEntry,
  entryName,
  entryOf,
  entryPartition,
  isSkipped,
  lettersIn,
  lettersInForce,
  stateOf,
  summaryOf,
} from './state.ts'
import type { Entry, LetterFile, Skip, State } from './storage.ts'
import { keysOf } from './table.ts'
import type { World } from './world.ts'

type Keys = ReadonlySet<RecordKey>

/** Rule 8, after a rollback: deliver again from the summary, or go on from the largest that is known. */
export function resume(world: World): string {
  const { rules, table, random, witness } = world
  const summary = summaryOf(world, table)
  const here = keysOf(world.storage, table)
  const again = summary !== undefined && covers(world, summary, here) && random.chance(0.5)
  const chosen = again ? summary : goOn(world, stateOf(world, table)!, summary, here)
  const lettered = rules.lettersReopen ? withLettersByRows(world, chosen, here) : chosen
  const state = rules.resumeRecounts ? recount(world, lettered, here) : lettered
  if (!again) forgetSeen(world, state, here)
  witness.rollbackOpen = false
  for (const worker of world.workers) worker.loss = null
  changeState(world, state, rules.resumeCommits)
  return `operator: ${again ? 'deliver again' : 'go on'}`
}

/** A row that the state is not beyond would be delivered a second time: then only going on is offered. */
function covers(world: World, state: State, here: Keys): boolean {
  return [...here].every((key) => offsetOf(key) < entryOf(world, state, partitionOf(key)).next)
}

/** The table may also have been rolled forward: what is in it is never delivered again. */
function goOn(world: World, property: State, summary: State | undefined, here: Keys): State {
  if (!world.rules.goOnLargest) return property
  const entries: Record<string, Entry> = { ...property.entries }
  for (const [name, entry] of Object.entries(summary?.entries ?? {})) {
    if (entry.next > (entries[name]?.next ?? -1)) entries[name] = entry
  }
  for (const key of here) {
    const name = entryName(world, partitionOf(key))
    const entry = entries[name] ?? emptyEntry
    const next = offsetOf(key) + 1
    if (next <= entry.next) continue
    const read = entry.read + recordsBetween(world, partitionOf(key), [entry.next, next])
    entries[name] = { ...entry, next, read, delivered: read - entry.rejected }
  }
  const files = new Map<number, LetterFile>()
  for (const one of [...(summary?.letterFiles ?? []), ...property.letterFiles]) files.set(one.file, one)
  return { entries, letterFiles: [...files.values()] }
}

/** What the log says was in a range, control records not counted. */
function recordsBetween(world: World, partition: PartitionKey, [from, to]: OffsetRange): number {
  const known = new Set([...world.log.acknowledged.values()].map(({ key }) => key))
  let records = 0
  for (let offset = from; offset < to; offset++) if (known.has(keyOf(partition, offset))) records++
  return records
}

/** A letter is out of force when its row is here, or when another letter holds the same record. */
function withLettersByRows(world: World, state: State, here: Keys): State {
  const held = new Set<RecordKey>(here)
  const letterFiles = state.letterFiles.map(({ file }) => {
    const replayed: RecordKey[] = []
    for (const { key } of lettersIn(world, file)) {
      if (held.has(key)) replayed.push(key)
      held.add(key)
    }
    return { file, replayed }
  })
  return { ...state, letterFiles }
}

/** What was read stays read; rejected are the letters in force; the rest was delivered, or is skipped from now on. */
function recount(world: World, state: State, here: Keys): State {
  const letters = [...lettersInForce(world, state).keys()]
  const entries = Object.entries(state.entries).map(([name, entry]) => {
    const partition = entryPartition(name)
    const offsets = (keys: Iterable<RecordKey>): number[] =>
      [...keys].filter((key) => partitionOf(key) === partition).map(offsetOf)
    const held = new Set([...offsets(here), ...offsets(letters)])
    const lost = entry.lost.flatMap((range) => splitAround(range, held))
    const read = entry.read + [...held].filter((offset) => isWithin(entry.lost, offset)).length
    const rejected = offsets(letters).length
    const counted = { ...entry, lost, read, rejected, delivered: read - rejected }
    return [name, { ...counted, skipped: skipsOf(world, state, partition, counted, held) }] as const
  })
  return { ...state, entries: Object.fromEntries(entries) }
}

/** Ranges without a row, a letter or a loss. A record that a letter holds is never among them. */
function skipsOf(world: World, state: State, partition: PartitionKey, entry: Entry, held: ReadonlySet<number>): Skip[] {
  const lettered = state.letterFiles.flatMap(({ file }) => lettersIn(world, file).map(({ key }) => key))
  const kept = new Set(lettered.filter((key) => partitionOf(key) === partition).map(offsetOf))
  const known = new Set([...held, ...kept])
  for (const [from, to] of entry.lost) for (let offset = from; offset < to; offset++) known.add(offset)
  return splitAround([0, entry.next], known)
    .map((range) => ({ range, records: recordsBetween(world, partition, range) }))
    .filter(({ records }) => records > 0)
}

/** A loss that was accepted on another branch of the table does not cover what is here. */
function splitAround([from, to]: OffsetRange, held: ReadonlySet<number>): OffsetRange[] {
  const left: OffsetRange[] = []
  let start = from
  for (let offset = from; offset <= to; offset++) {
    if (offset < to && !held.has(offset)) continue
    if (offset > start) left.push([start, offset])
    start = offset + 1
  }
  return left
}

/** What is skipped is no longer promised to queries. */
function forgetSeen(world: World, state: State, here: Keys): void {
  world.witness.eras++
  for (const key of world.witness.seen) {
    if (!here.has(key) && isSkipped(entryOf(world, state, partitionOf(key)), offsetOf(key)))
      world.witness.seen.delete(key)
  }
}
