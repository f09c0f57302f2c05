import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeliveryState, StateEntry } from '../../record/delivery-state.ts'
import { commitState, type StateChange } from '../commit/commit-state.ts'
import { rowCounter } from '../commit/count-rows.ts'
import { judgeTable } from '../commit/judge-table.ts'
import { plus } from '../commit/next-state.ts'
import type { OperatorPorts } from '../operate/operator-ports.ts'
import type { AdoptedFile, TableView } from '../table/delivery-table.ts'
import { copyFinal } from '../tail/parse-block.ts'
import type { Segment } from '../tail/segment.ts'
import { selectFrom } from '../tail/tail-block.ts'
import { judgeLetters, type ReplayOptions, type StillRejected } from './judge-letters.ts'
import type { FileLetters } from './letter-batches.ts'
import type { Letter, ReplayResult } from './letter.ts'
import { placeOf } from './read-letters.ts'
import { replayKeyed } from './replay-keyed.ts'
import { parseLetters, placesInTable } from './replayed-rows.ts'

/**
 * One commit (delivery.md, rule 9): the rows in, their letters out of force, the counts moved; each attempt only with letters that
 * are in force in the state that it commits on and whose rows are not in the table.
 */
export async function replayBatch(
  ports: OperatorPorts,
  options: ReplayOptions,
  batch: readonly FileLetters[],
): Promise<ReplayResult> {
  const { table, memory, connection } = ports
  const adoption = await memory.adoption()
  let replayed = 0
  let rejected: readonly StillRejected[] = []
  const snapshotId = await commitState(table, async (view): Promise<StateChange | undefined> => {
    const { state, path } = await judgeTable(table, view, rowCounter(connection), adoption?.table)
    const letters = await openLetters(ports, view, state, batch)
    const { segments, accepted, ...rows } = await rowsOf(ports, view, letters, options)
    try {
      const change = await changeOf(ports, view, state, segments, accepted)
      replayed = change.accepted.length
      rejected = [...rows.rejected, ...change.rejected]
      if (replayed === 0) return undefined
      const replayedState = withoutLetters({ ...state, previous: path }, change.accepted)
      return { files: change.files, removed: change.removed, state: change.applied(replayedState) }
    } finally {
      await Promise.all(segments.map((segment) => rm(segment.path, { force: true })))
    }
  })
  return { replayed: snapshotId === null ? 0 : replayed, rejected, snapshotId }
}

/** A letter and the file that holds it in force. */
interface OpenLetter extends Letter {
  readonly file: string
}

/** Those in force by this state, and not in the table. */
async function openLetters(
  ports: OperatorPorts,
  view: TableView,
  { letterFiles }: DeliveryState,
  batch: readonly FileLetters[],
): Promise<readonly OpenLetter[]> {
  const open = new Map<string, OpenLetter>()
  for (const { path, letters } of batch) {
    const file = letterFiles.find((candidate) => candidate.path === path)
    const replayed = new Set(file?.replayed)
    for (const letter of file ? letters : []) {
      const place = placeOf(letter)
      if (!replayed.has(letter.offset) && !open.has(place)) open.set(place, { ...letter, file: path })
    }
  }
  for (const place of await placesInTable(ports, view, [...open.values()])) open.delete(place)
  return [...open.values()]
}

async function rowsOf(ports: OperatorPorts, view: TableView, letters: readonly OpenLetter[], options: ReplayOptions) {
  const segments: Segment[] = []
  const accepted: OpenLetter[] = []
  const rejected: StillRejected[] = []
  for (const [source, own] of Map.groupBy(letters, (letter) => letter.source)) {
    const judged = judgeLetters(view, own, options, ports.keyed?.plan)
    rejected.push(...judged.rejected)
    if (judged.accepted.length === 0) continue
    const parsed = await parseLetters(ports, view, source, judged)
    const refused = new Set(parsed.refused.map((letter) => placeOf({ source, ...letter })))
    segments.push(...parsed.segments)
    accepted.push(...judged.accepted.filter((letter) => !refused.has(placeOf(letter))))
    rejected.push(...parsed.refused)
  }
  return { segments, accepted, rejected }
}

/** What the accepted letters do to the files of the view, and to its state besides. */
interface ReplayChange {
  readonly files: readonly AdoptedFile[]
  readonly removed?: readonly AdoptedFile[]
  readonly accepted: readonly OpenLetter[]
  readonly rejected: readonly StillRejected[]
  applied(state: DeliveryState): DeliveryState
}

async function changeOf(
  ports: OperatorPorts,
  view: TableView,
  state: DeliveryState,
  segments: readonly Segment[],
  accepted: readonly OpenLetter[],
): Promise<ReplayChange> {
  const { connection, folder, keyed, table } = ports
  const appended: ReplayChange = { files: [], accepted, rejected: [], applied: (after) => after }
  if (accepted.length === 0) return appended
  if (keyed) return replayKeyed({ ...ports, keyed }, view, state, selectFrom(segments), accepted)
  const directory = join(folder, `replay-${randomUUID()}.data`)
  return {
    ...appended,
    files: await table.adopt(view, await copyFinal(connection, view, selectFrom(segments), directory)),
  }
}

function withoutLetters(state: DeliveryState, replayed: readonly OpenLetter[]): DeliveryState {
  const byFile = Map.groupBy(replayed, ({ file }) => file)
  const byPartition = Map.groupBy(replayed, partitionOf)
  const moved = (entry: StateEntry): number => byPartition.get(partitionOf(entry))?.length ?? 0
  return {
    ...state,
    entries: state.entries.map((entry) => ({
      ...entry,
      rejected: plus(entry.rejected, -moved(entry)),
      delivered: plus(entry.delivered, moved(entry)),
    })),
    letterFiles: state.letterFiles.map((file) => ({
      ...file,
      replayed: [...file.replayed, ...(byFile.get(file.path)?.map(({ offset }) => offset) ?? [])],
    })),
  }
}

function partitionOf({ source, partition }: Pick<StateEntry, 'source' | 'partition'>): string {
  return `${source}/${partition}`
}
