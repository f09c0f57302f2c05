import { lstat, readdir, realpath } from 'node:fs/promises'
import type { Dirent } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { inParallel } from '../../kernel/in-parallel.ts'
import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import { deltaLogName } from '../../lake/delta/delta-log.ts'
import type { ListedFile } from '../finding.ts'

/** More would not fit into the memory of who lists them, nor into one plan of a query. */
const filesMax = 1_000_000

const statsAtOnce = 16

export interface Listing {
  /** Sorted by path. */
  readonly files: readonly ListedFile[]
  /** Names that are not data by convention (`_SUCCESS`, `.crc`, `_temporary/`), folders among them. */
  readonly hidden: number
  readonly excluded: number
}

/**
 * All files below a folder. Links are listed and not followed: they would lead out of the folder, or read a file twice. What goes while
 * it is being listed is not there.
 */
export async function listFolder(
  folder: string,
  exclude: readonly string[],
  options: { readonly signal?: AbortSignal; readonly onCount?: (count: number) => void } = {},
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
      if (isHidden(entry.name)) hidden++
      else if (exclude.some((glob) => matchesGlob(path, glob))) excluded++
      else if (entry.isDirectory()) waiting.push(`${path}/`)
      else found.push(entry)
    }
    await inParallel(found, statsAtOnce, async (entry) => {
      files.push(...(await listed(root, `${inside}${entry.name}`, entry)))
    })
    if (files.length > filesMax)
      throw new WeirError(
        'WEIR-4022',
        `${folder} has more than ${filesMax} files. Crawl its folders one by one, or exclude some`,
      )
    options.onCount?.(files.length)
  }
  return { files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)), hidden, excluded }
}

/** Its files hold rows that are deleted: only its log says which. */
function deltaInside(folder: string, inside: string): WeirError {
  return inside === ''
    ? new WeirError('WEIR-4025', `${folder} is a Delta table. Leave format out, or say format: 'delta'`)
    : new WeirError(
        'WEIR-4025',
        `${folder}/${inside} is a Delta table inside. Give it a crawler of its own, and exclude it here`,
      )
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

/** As Hive and Spark have it; a folder `_month=1` is a partition nevertheless. */
function isHidden(name: string): boolean {
  return name.startsWith('.') || (name.startsWith('_') && !name.includes('='))
}
