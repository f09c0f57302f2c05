import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { WeirError } from '../../src/kernel/errors/weir-error.ts'
import { acquireLock } from '../../src/kernel/lock.ts'
import { noteName } from '../../src/platform/project/data-place.ts'

const lockName = 'supervisor.lock'

/**
 * Removes what an earlier run left. WEIR-2001 while a Weir runs there, ready or not: the lock is that of `weir up`. A folder with
 * something else in it is left alone (WEIR-2009): WEIR_DATA may name any.
 */
export function clearData(dataDirectory: string): void {
  const names = namesIn(dataDirectory)
  if (names.length === 0) return
  if (!names.includes(lockName) && !names.includes('format.json'))
    throw new WeirError(
      'WEIR-2009',
      `${dataDirectory} holds other files than Weir's (${names[0]}). Set WEIR_DATA to a folder for the flights alone`,
    )
  const lock = acquireLock(join(dataDirectory, lockName), dataDirectory)
  try {
    for (const name of names)
      if (!name.startsWith(lockName)) rmSync(join(dataDirectory, name), { recursive: true, force: true })
  } finally {
    lock.release()
  }
}

/** Whether there is something that `clearData` would remove. */
export function hasData(dataDirectory: string): boolean {
  return namesIn(dataDirectory).some((name) => !name.startsWith(lockName))
}

/** A note of where another start keeps its data is no data: the next start replaces or removes it. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name !== noteName)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
