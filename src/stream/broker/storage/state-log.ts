import { batchesOfState, batchOfChanges, changesIn, type ChangeForm } from './change-batches.ts'
import { unwritten } from './partition-checkpoint.ts'
import { openPartitionLog } from './partition-log.ts'
import type { StorageServices } from './storage-services.ts'

/** The durable side of what is kept in memory. */
export interface StateLog<Change> {
  /**
   * Resolves when all of them are durable, in the order of calls; they are there together or not at all. `applied` runs at that
   * moment, before the state may be copied.
   */
  append(changes: readonly Change[], applied?: () => void): Promise<void>
  /** Resolves when nothing is on its way to the disk. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** What the log stands for, in memory. */
export interface StateMemory<Change extends { readonly at: number }> {
  /** For messages: `group offsets`. */
  readonly name: string
  readonly form: ChangeForm<Change>
  /** A change that the log holds, at its opening. */
  load(change: Change): void
  /** Changes that give the same state to an empty memory. */
  state(): Iterable<Change>
}

const segmentBytes = 64 * 1024 * 1024
/** Below this a copy of the state is not worth its writing. */
const compactAboveBytes = 1024 * 1024
const chunkBytes = 4 * 1024 * 1024

/**
 * A log of its own, of batches like any other. When it is larger than twice the state that it stands for, the state is appended
 * after a new segment began, and what lies before is removed: a start never reads more than that, however much was changed.
 */
export async function openStateLog<Change extends { readonly at: number }>(
  folder: string,
  services: StorageServices,
  memory: StateMemory<Change>,
): Promise<StateLog<Change>> {
  const { logger } = services
  const { name, form } = memory
  const log = await openPartitionLog(folder, name, unwritten, services, { segmentBytes: () => segmentBytes })
  let stateBytes = 0
  let compacting: Promise<void> | undefined
  const running = new Set<Promise<unknown>>()
  /** What came while it was compacted, in the order of calls. */
  const waiting: (() => void)[] = []
  await replay()

  async function replay(): Promise<void> {
    // Damage costs what was written there: its keys go on from an earlier change. Opening the log has said so.
    for (let at = log.readableFrom(log.startOffset); at < log.endOffset; at = log.readableFrom(at)) {
      for (const { header, changes } of changesIn(form, await log.read(at, chunkBytes, true))) {
        for (const change of changes) memory.load(change)
        at = header.baseOffset + header.lastOffsetDelta + 1
      }
    }
  }

  async function store(changes: readonly Change[], applied?: () => void): Promise<void> {
    await log.append(batchOfChanges(form, changes))
    applied?.()
  }

  /** At once, or behind a compaction: a change between the copy of the state and its batch would be undone by the batch at the next start. */
  function storeInTurn(changes: readonly Change[], applied?: () => void): Promise<void> {
    if (!compacting) return begin(changes, applied)
    return new Promise((resolve, reject) => {
      waiting.push(() => void begin(changes, applied).then(resolve, reject))
    })
  }

  function begin(changes: readonly Change[], applied?: () => void): Promise<void> {
    const stored = store(changes, applied).finally(() => running.delete(stored))
    running.add(stored)
    return stored
  }

  async function compactOnce(): Promise<void> {
    // The log before it is still whole when it fails; the next change tries again.
    await compact().catch((error: unknown) => logger.error({ err: error }, `the log of ${name} could not be compacted`))
    compacting = undefined
    // In the same breath: what comes in the next tick would overtake them.
    for (const go of waiting.splice(0)) go()
  }

  async function compact(): Promise<void> {
    await Promise.allSettled(running)
    await log.roll()
    const start = log.endOffset
    stateBytes = 0
    for (const batch of batchesOfState(form, memory.state())) {
      stateBytes += batch.bytes.length
      await log.append(batch)
    }
    log.moveStart(start)
    await log.removeOutdated()
  }

  return {
    async append(changes, applied) {
      if (changes.length === 0) return
      await storeInTurn(changes, applied)
      if (log.bytes > Math.max(compactAboveBytes, 2 * stateBytes)) compacting ??= compactOnce()
    },
    async settled() {
      while (compacting || running.size > 0) await Promise.allSettled([compacting, ...running])
    },
    async close() {
      await compacting
      await log.close()
    },
  }
}
