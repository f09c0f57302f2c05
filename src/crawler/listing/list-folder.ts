import { lstat, readdir, realpath } from 'node:fs/promises'
import type { Dirent } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { inParallel } from '../../kernel/in-parallel.ts'
import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import { deltaLogName } from '../../lake/delta/delta-log.ts'
import type { ListedFile } from '../finding.ts'
import type { ListOptions } from '../source/file-source.ts'
import { byPath, deltaInside, isHiddenName, refuseTooMany, type Listing } from './listing.ts'

const statsAtOnce = 16

/**
 * All files below a folder. Links are listed and not followed: they would lead out of the folder, or read a file twice. What goes while
 * it is being listed is not there.
 */
export async function listFolder(
  folder: string,
  exclude: readonly string[],
  options: ListOptions = {},
): Promise<Listing> {
  const root = await rootOf(folder)
  const files: ListedFile[] = []
  let hidden = 0
  let excluded = 0
  const waiting: string[] = ['']
  for (let inside = waiting.pop(); inside !== undefined; inside = waiting.pop()) {
    options.signal?.throwIfAborted()
    const found: Dirent[] = []
    for (const entry of await readdir(join(root, inside), { withFileTypes: true })) {
      const path = `${inside}${entry.name}`
      if (entry.name === deltaLogName) throw deltaInside(folder, inside)
      if (isHiddenName(entry.name)) hidden++
      else if (exclude.some((glob) => matchesGlob(path, glob))) excluded++
      else if (entry.isDirectory()) waiting.push(`${path}/`)
      else found.push(entry)
    }
    await inParallel(found, statsAtOnce, async (entry) => {
      files.push(...(await listed(root, `${inside}${entry.name}`, entry)))
    })
    refuseTooMany(files.length, folder)
    options.onCount?.(files.length)
  }
  return { files: byPath(files), hidden, excluded }
}

/** The folder itself may be a link. */
async function rootOf(folder: string): Promise<string> {
  try {
    return await realpath(folder)
  } catch (cause) {
    throw new WeirError('WEIR-4022', `${folder}: ${asWeirError(cause).message}`, { cause })
  }
}

async function listed(root: string, path: string, entry: Dirent): Promise<readonly ListedFile[]> {
  if (!entry.isFile() && !entry.isSymbolicLink()) return []
  const found = await lstat(join(root, path)).catch(() => undefined)
  if (!found) return []
  return [{ path, sizeBytes: found.size, modifiedMs: found.mtimeMs, isLink: entry.isSymbolicLink() }]
}
