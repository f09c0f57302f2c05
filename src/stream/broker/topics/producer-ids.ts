import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { readJsonIfWhole, writeJson } from '../storage/small-file.ts'

/** Ids for idempotent producers; none is given twice, whatever happens. */
export interface ProducerIds {
  next(): Promise<number>
}

/** What lies on the disk about the ids that were given. */
export interface WrittenIds {
  readonly path: string
  /** Of the next block; undefined when the file is lost. */
  readonly next: number | undefined
  /** It is there and cannot be read. */
  readonly isDamaged: boolean
}

/** What else is known of ids that were given. */
export interface GivenIds {
  /** The highest that a partition, a transactional id or a group knows; undefined when none does. */
  readonly highest: number | undefined
  /** Nothing was ever written to the log: no file is missing. */
  readonly isNewLog: boolean
  /** Behind a restore: as many may have been given since the backup. */
  readonly passedOver?: number
  readonly now: number
}

const firstId = 1000
const blockSize = 1000
/** Beyond what was found: it may have been given to others since. */
const margin = 1e12
/** More are never given, so that whatever was given before lies below the clock. */
const idsPerMs = 1000
/** Beyond are ids that a client made up: numbers are exact up to twice of it. */
const idsMax = 2 ** 52

export async function readProducerIds(files: Files, path: string): Promise<WrittenIds> {
  const next = (await readJsonIfWhole<{ next?: unknown }>(files, path))?.next
  if (Number.isSafeInteger(next) && (next as number) >= firstId) return { path, next: next as number, isDamaged: false }
  return { path, next: undefined, isDamaged: (await files.size(path)) !== undefined }
}

/**
 * A block of ids is written down before the first of it is given; a restart skips the rest of a block. Two producers of one id would have
 * each other's records taken for repeated ones. So the next id lies beyond each that is known, whatever the file says; `passedOver` may
 * have been given by a log that was restored. Where the file is lost, ids go on behind all that can have been given: `onLost` is told.
 */
export async function openProducerIds(
  files: Files,
  written: WrittenIds,
  given: GivenIds,
  onLost: (found: WeirError) => void,
): Promise<ProducerIds> {
  const { path } = written
  let next = nextOf(written, given)
  // Also of a new log: from now on a file that is not there was removed.
  if (next !== written.next) await writeJson(files, path, { next })
  if (written.isDamaged || (written.next === undefined && given.highest !== undefined)) onLost(lostIds(written, next))
  let reserved = next
  let reserving: Promise<void> | undefined
  return {
    async next() {
      while (next >= reserved) await (reserving ??= reserve().finally(() => (reserving = undefined)))
      return next++
    },
  }

  async function reserve(): Promise<void> {
    await writeJson(files, path, { next: reserved + blockSize })
    reserved += blockSize
  }
}

/** The highest of these that this log can have given; undefined when there is none. */
export function highestGiven(ids: Iterable<number>): number | undefined {
  let highest: number | undefined
  for (const id of ids) if (id >= 0 && id < idsMax && id > (highest ?? -1)) highest = id
  return highest
}

function nextOf(
  { next, isDamaged }: WrittenIds,
  { highest = firstId - 1, isNewLog, passedOver = 0, now }: GivenIds,
): number {
  if (next !== undefined) return Math.max(next + passedOver, highest + 1)
  if (isNewLog && !isDamaged) return firstId
  return Math.max(highest + margin + passedOver, Math.floor(now) * idsPerMs)
}

function lostIds({ path, isDamaged }: WrittenIds, next: number): WeirError {
  return new WeirError(
    'WEIR-3009',
    `${path}, which says which producer ids were given, ${isDamaged ? 'cannot be read' : 'is missing'}: ids go on at ${next}, behind all that were given. Nothing is lost, and nothing is to be done`,
    { details: { file: path, next } },
  )
}
