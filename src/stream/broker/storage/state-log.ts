import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { batchesOfState, batchOfChanges, changesIn, type ChangeForm } from './change-batches.ts'
import { placeOf, type Damage } from './damage.ts'
import type { PartitionCheckpoint } from './partition-checkpoint.ts'
import { openPartitionLog } from './partition-log.ts'
import { asideName } from './partition-upkeep.ts'
import type { StorageServices } from './storage-services.ts'

/** The durable side of what is kept in memory. */
export interface StateLog<Change> {
  /**
   * Resolves when all of them are durable, in the order of calls; they are there together or not at all. `applied` runs at that
   * moment, before the state may be copied.
   */
  append(changes: readonly Change[], applied?: () => void): Promise<void>
  /** Writes down how far the log is whole, unless nothing changed since: damage below is told from a torn tail. */
  checkpoint(): Promise<void>
  /** Resolves when nothing is on its way to the disk. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** What the log stands for, in memory. */
export interface StateMemory<Change extends { readonly at: number }> {
  /** For messages: `group offsets`. */
  readonly name: string
  /** For messages: what it means that changes are lost. A sentence. */
  readonly whenLost: string
  readonly form: ChangeForm<Change>
  /** A change that the log holds, at its opening. */
  load(change: Change): void
  /** Changes that give the same state to an empty memory. */
  state(): Iterable<Change>
}

/** What is written down about the log elsewhere, and who hears of damage. */
export interface StateLogPlace {
  readonly folder: string
  /** As it was written down last. */
  readonly written: PartitionCheckpoint
  /** Durable when it resolves. */
  write(checkpoint: PartitionCheckpoint): Promise<void>
  /** WEIR-3009: what is lost, and where the damaged file is kept. */
  onDamage(found: WeirError): void
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
  place: StateLogPlace,
  services: StorageServices,
  memory: StateMemory<Change>,
): Promise<StateLog<Change>> {
  const { logger } = services
  const { name, form } = memory
  await forgetIndexes(place.folder, services)
  const log = await openPartitionLog(place.folder, name, place.written, services, {
    segmentBytes: () => segmentBytes,
    logsDamage: false,
  })
  let { written } = place
  let stateBytes = 0
  let compacting: Promise<void> | undefined
  const running = new Set<Promise<unknown>>()
  /** What came while it was compacted, in the order of calls. */
  const waiting: (() => void)[] = []
  await replay()
  if (log.damages.length > 0) await mend()
  await checkpoint()

  async function replay(): Promise<void> {
    // Damage costs what was written there: its keys go on from an earlier change.
    for (let at = log.readableFrom(log.startOffset); at < log.endOffset; at = log.readableFrom(at)) {
      for (const { header, changes } of changesIn(form, await log.read(at, chunkBytes, true))) {
        for (const change of changes) memory.load(change)
        at = header.baseOffset + header.lastOffsetDelta + 1
      }
    }
  }

  /** What could be read is written anew; a start that is killed in it mends the rest. */
  async function mend(): Promise<void> {
    place.onDamage(damageOfState(place.folder, memory, log.damages))
    const start = await copyState()
    await log.setDamagedAside()
    await beginAt(start)
  }

  async function checkpoint(): Promise<void> {
    const now = log.checkpoint()
    if (now.recoveryPoint === written.recoveryPoint && now.startOffset === written.startOffset) return
    await place.write(now)
    written = now
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
    await beginAt(await copyState())
  }

  /** Into a new segment, durably; gives where it begins. */
  async function copyState(): Promise<number> {
    await log.roll()
    const start = log.endOffset
    stateBytes = 0
    for (const batch of batchesOfState(form, memory.state())) {
      stateBytes += batch.bytes.length
      await log.append(batch)
    }
    return start
  }

  /** The start is written down first: files below it that are missing were not lost. */
  async function beginAt(start: number): Promise<void> {
    const planned = log.planStart(start)
    try {
      await checkpoint()
    } catch (error) {
      planned.drop()
      throw error
    }
    planned.take()
    await log.removeOutdated()
  }

  return {
    async append(changes, applied) {
      if (changes.length === 0) return
      await storeInTurn(changes, applied)
      if (log.bytes > Math.max(compactAboveBytes, 2 * stateBytes)) compacting ??= compactOnce()
    },
    checkpoint,
    async settled() {
      while (compacting || running.size > 0) await Promise.allSettled([compacting, ...running])
    },
    async close() {
      await compacting
      await log.close()
      await checkpoint()
    },
  }
}

/** All of it is read anyway, with its checksums: an index would hide what changed in a file since. */
async function forgetIndexes(folder: string, { files }: StorageServices): Promise<void> {
  for (const name of await files.list(folder)) if (name.endsWith('.index')) await files.remove(`${folder}/${name}`)
}

function damageOfState(
  folder: string,
  { name, whenLost }: Pick<StateMemory<never>, 'name' | 'whenLost'>,
  damages: readonly Damage[],
): WeirError {
  const lost = damages.reduce((sum, { from, to }) => sum + to - from, 0)
  const kept = [...new Set(damages.map(({ file }) => asideName(file)))].join(', ')
  return new WeirError(
    'WEIR-3009',
    `the log of ${name} is damaged (${damages.map(placeOf).join('; ')}): ${lost} changes that were acknowledged cannot be read, and the log goes on without them. ${whenLost} The damaged file, where there is one, is kept as ${kept}. To have all of it back, stop Weir and restore ${folder} from a backup`,
    { details: { folder, damages: damages.map(({ file, position, from, to }) => ({ file, position, from, to })) } },
  )
}
