import { constants } from 'node:fs'
import { copyFile, mkdir, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Files below a folder, relative to it; empty when there is no such folder. */
export async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

export interface Copied {
  readonly files: number
  readonly bytes: number
  /** Went before they were copied. */
  readonly gone: readonly string[]
}

/** Copies these files in this order, each synced; those that went meanwhile are passed over. */
export async function copyFiles(from: string, to: string, names: readonly string[]): Promise<Copied> {
  let bytes = 0
  const gone: string[] = []
  for (const name of names) {
    const target = join(to, name)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    try {
      // A reflink where the file system has them: a backup is then instant and takes no room.
      await copyFile(join(from, name), target, constants.COPYFILE_FICLONE)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      gone.push(name)
      continue
    }
    bytes += await syncFile(target)
  }
  return { files: names.length - gone.length, bytes, gone }
}

async function syncFile(path: string): Promise<number> {
  const file = await open(path, 'r')
  try {
    await file.sync()
    return (await file.stat()).size
  } finally {
    await file.close()
  }
}
