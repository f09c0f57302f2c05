import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Files } from '../../../kernel/files/files.ts'
import { isPartial, parseCacheFile, type CacheFile } from './cache-file.ts'
import type { CacheRoom } from './cache-room.ts'

interface Found extends CacheFile {
  readonly usedMs: number
}

/** Takes in what an earlier process left: whole copies in the order of their use; what is half or twice there is removed. */
export async function takeIn(
  { folder, files }: { readonly folder: string; readonly files: Files },
  room: CacheRoom,
): Promise<void> {
  const found: Found[] = []
  const rest: string[] = []
  for (const name of await files.list(folder)) {
    const file = parseCacheFile(name)
    if (file === undefined) {
      if (isPartial(name)) rest.push(name)
      continue
    }
    const { size, mtimeMs } = await stat(join(folder, name))
    if (size === file.bytes) found.push({ ...file, usedMs: mtimeMs })
    else rest.push(name)
  }
  const newest = new Map<string, Found>()
  for (const file of found.toSorted((a, b) => a.usedMs - b.usedMs)) {
    const older = newest.get(file.key)
    if (older) rest.push(older.name)
    newest.delete(file.key)
    newest.set(file.key, file)
  }
  for (const name of rest) await files.remove(join(folder, name))
  for (const file of newest.values()) room.add(file)
  await room.shrink()
}
