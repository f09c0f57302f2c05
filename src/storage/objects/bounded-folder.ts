import { stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Files } from '../../kernel/files/files.ts'

export interface BoundedFolder {
  /** Path of the file of this name, made by `fill` if need be; one fill at a time for a name. */
  take(name: string, fill: (path: string) => Promise<void>): Promise<string>
}

/** What was used this recently is kept even beyond the bound: a query may be about to open it. */
const inUseMs = 60_000

/** Copies of immutable objects, the least recently used removed beyond `bytesMax`; worthless after a crash, never synced. */
export function boundedFolder(folder: string, bytesMax: number, files: Files): BoundedFolder {
  const filling = new Map<string, Promise<string>>()
  const take = async (name: string, fill: (path: string) => Promise<void>): Promise<string> => {
    const path = join(folder, name)
    const now = new Date()
    if ((await files.size(path)) !== undefined) {
      await utimes(path, now, now)
      return path
    }
    await files.makeDirectory(folder)
    await fill(path)
    await shrink(folder, bytesMax, files)
    return path
  }
  return {
    take: (name, fill) => {
      const running = filling.get(name) ?? take(name, fill).finally(() => filling.delete(name))
      filling.set(name, running)
      return running
    },
  }
}

async function shrink(folder: string, bytesMax: number, files: Files): Promise<void> {
  const entries = await Promise.all(
    (await files.list(folder)).map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined)
      return { name, bytes: found?.size ?? 0, usedMs: found?.mtimeMs ?? 0 }
    }),
  )
  let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
  for (const entry of entries.toSorted((a, b) => a.usedMs - b.usedMs)) {
    if (bytes <= bytesMax || entry.usedMs > Date.now() - inUseMs) return
    await files.remove(join(folder, entry.name)).catch(() => undefined)
    bytes -= entry.bytes
  }
}
