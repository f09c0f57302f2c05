import { randomUUID } from 'node:crypto'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Files } from '../../kernel/files/files.ts'
import { readJsonIfWhole, writeJson } from './storage/small-file.ts'

/** What `weir restore` leaves with a log: its next start passes over so many offsets in each partition. */
export interface RestoreNote {
  /** Id of the restore. */
  readonly restore: string
  readonly offsets: number
}

/** Covers what came while the backup was copied, and clocks that were set. */
const offsetsAtLeast = 1e12
/** More than a partition takes. A log that goes on at 10^4 a millisecond stays below 2^53, where numbers are exact, for 28 years. */
const offsetsPerMs = 1e4

/**
 * Leaves the note in a log's folder; durable when it resolves. The older the backup, the farther the log goes on: a backup that
 * is restored twice must pass over what the first restore handed out as well.
 */
export async function leaveRestoreNote(files: Files, directory: string, takenMs: number, nowMs: number): Promise<void> {
  // A backup of a log that was restored and never started owes that jump too.
  const owed = (await readRestoreNote(files, directory))?.offsets ?? 0
  const offsets = owed + offsetsAtLeast + offsetsPerMs * Math.max(0, nowMs - takenMs)
  if (!Number.isSafeInteger(offsets))
    throw new WeirError('WEIR-2012', 'the backup does not say when it was taken. Restore another one')
  const note: RestoreNote = { restore: randomUUID(), offsets }
  await writeJson(files, notePath(directory), note)
}

/** Throws WEIR-2012 when it cannot be read: without it the log would hand out offsets again. */
export async function readRestoreNote(files: Files, directory: string): Promise<RestoreNote | undefined> {
  const path = notePath(directory)
  const note = await readJsonIfWhole<RestoreNote>(files, path)
  if (note !== undefined || (await files.size(path)) === undefined) return note
  throw new WeirError(
    'WEIR-2012',
    `${path}, which weir restore left with the log, cannot be read. Restore the backup again`,
  )
}

/** When all partitions and the ids of producers are beyond what may have been handed out. */
export async function removeRestoreNote(files: Files, directory: string): Promise<void> {
  await files.remove(notePath(directory))
  await files.syncDirectory(directory)
}

function notePath(directory: string): string {
  return `${directory}/restored.json`
}
