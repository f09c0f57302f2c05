import { openPartitionLog } from '../storage/partition-log.ts'
import type { StorageServices } from '../storage/partition-state.ts'
import { batchesOfState, batchOfChanges, changesIn } from './offset-batches.ts'
import {
  createOffsetTable,
  type CommittedOffset,
  type LiveOffset,
  type OffsetChange,
  type OffsetPlace,
} from './offset-table.ts'

/** What groups committed; changes are durable when a call resolves. */
export interface CommittedOffsets {
  groups(): readonly string[]
  has(group: string): boolean
  get(place: OffsetPlace): CommittedOffset | undefined
  of(group: string): readonly LiveOffset[]
  commit(group: string, entries: readonly CommitEntry[]): Promise<void>
  forget(places: (entry: LiveOffset) => boolean): Promise<void>
  close(): Promise<void>
}

export interface CommitEntry {
  readonly topic: string
  readonly partition: number
  readonly committed: CommittedOffset
}

const segmentBytes = 64 * 1024 * 1024
/** Below this a copy of the state is not worth its writing. */
const compactAboveBytes = 1024 * 1024
const chunkBytes = 4 * 1024 * 1024

/**
 * A log of its own, of batches like any other. When it is larger than twice the state that it stands for, the state is appended
 * after a new segment began, and what lies before is removed: a start never reads more than that, however much was committed.
 */
export async function openCommittedOffsets(folder: string, services: StorageServices): Promise<CommittedOffsets> {
  const { clock, logger } = services
  const fromZero = { recoveryPoint: 0, startOffset: 0 }
  const log = await openPartitionLog(folder, 'group offsets', fromZero, services, () => segmentBytes)
  const table = createOffsetTable()
  let stateBytes = 0
  let compacting: Promise<void> | undefined
  const running = new Set<Promise<unknown>>()
  await replay()

  async function replay(): Promise<void> {
    // Damage costs what was committed there: those groups go on from an earlier commit. Opening the log has said so.
    for (let at = log.readableFrom(log.startOffset); at < log.endOffset; at = log.readableFrom(at)) {
      for (const { header, changes } of changesIn(await log.read(at, chunkBytes, true))) {
        for (const change of changes) table.apply(change)
        at = header.baseOffset + header.lastOffsetDelta + 1
      }
    }
  }

  async function append(changes: readonly OffsetChange[]): Promise<void> {
    if (changes.length === 0) return
    // A commit between the copy of the state and its batch would be undone by the batch at the next start.
    while (compacting) await compacting
    const stored = store(changes)
    running.add(stored)
    await stored.finally(() => running.delete(stored))
    if (log.bytes > Math.max(compactAboveBytes, 2 * stateBytes))
      compacting ??= compact()
        // The log before it is still whole; the next commit tries again.
        .catch((error: unknown) => logger.error({ err: error }, 'the log of group offsets could not be compacted'))
        .finally(() => (compacting = undefined))
  }

  async function store(changes: readonly OffsetChange[]): Promise<void> {
    await log.append(batchOfChanges(changes))
    for (const change of changes) table.apply(change)
  }

  async function compact(): Promise<void> {
    await Promise.allSettled(running)
    await log.roll()
    const start = log.endOffset
    stateBytes = 0
    for (const batch of batchesOfState(table.all())) {
      stateBytes += batch.bytes.length
      await log.append(batch)
    }
    log.moveStart(start)
    await log.removeOutdated()
  }

  return {
    groups: () => table.groups(),
    has: (group) => table.has(group),
    get: (place) => table.get(place),
    of: (group) => table.of(group),
    commit: (group, entries) => append(entries.map((entry) => ({ ...entry, group, at: clock.now() }))),
    async forget(places) {
      // What is on its way to the disk is no entry yet, and would outlive this.
      while (compacting || running.size > 0) await Promise.allSettled([compacting, ...running])
      const gone = table.all().filter(places)
      await append(gone.map((entry) => ({ ...entry, committed: null, at: clock.now() })))
    },
    async close() {
      await compacting
      await log.close()
    },
  }
}
