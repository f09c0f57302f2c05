import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../../kernel/clock.ts'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { acquireLock, type Lock } from '../../../kernel/lock.ts'
import type { HeldObject } from '../object-store.ts'
import { keyOf } from './cache-file.ts'
import { CacheRoom, type Copy } from './cache-room.ts'
import { download, type CopySource } from './download.ts'
import { takeIn } from './take-in.ts'

/** Since the cache was opened, but for the bytes: those are as of now. */
export interface CacheFigures {
  readonly hits: number
  /** Those that waited for a download of others among them. */
  readonly misses: number
  readonly evictions: number
  /** Copies, and those on their way. */
  readonly files: number
  /** Of these. */
  readonly bytes: number
  readonly bytesMax: number
}

export interface ObjectCacheOptions extends CopySource {
  /** Of this cache alone; a second owner is refused. */
  readonly folder: string
  readonly bytesMax: number
  readonly files: Files
  readonly clock: Clock
  /** How long a predecessor that is ending may hold the folder. */
  readonly lockPatienceMs?: number
}

/** Copies of immutable objects on the local disk, the least recently used removed; worthless, as each can be made again. */
export interface ObjectCache {
  hold(location: string): Promise<HeldObject>
  /** The path of a copy that stays for a minute at least. */
  keep(location: string): Promise<string>
  figures(): CacheFigures
  /** Lets another owner have the folder. Nothing may be asked any more. */
  close(): Promise<void>
}

const keptMs = 60_000

export function openObjectCache(options: ObjectCacheOptions): ObjectCache {
  const { folder, files, clock } = options
  const room = new CacheRoom(options)
  const counts = { hits: 0, misses: 0 }
  let lock: Lock | undefined
  let opening: Promise<void> | undefined
  const open = async (): Promise<void> => {
    await files.makeDirectory(folder)
    lock = await lockPatiently(options)
    await takeIn(options, room)
  }
  const opened = (): Promise<void> =>
    (opening ??= open().catch((error: unknown) => {
      opening = undefined
      lock?.release()
      throw error
    }))

  /** A copy is held from the moment in which it is found, so that nothing comes between. */
  const held = async (location: string): Promise<Copy> => {
    const key = keyOf(location)
    for (;;) {
      const known = room.use(key)
      const isHit = known?.file !== undefined
      const copy = known ?? room.begin(key, (begun) => download(begun, location, options, room))
      copy.holders += 1
      try {
        await copy.ready
        if (!isHit || (await isThere(copy, options))) {
          counts[isHit ? 'hits' : 'misses'] += 1
          return copy
        }
      } catch (error) {
        copy.holders -= 1
        throw error
      }
      copy.holders -= 1
      room.forget(copy)
    }
  }
  const pathOf = (copy: Copy): string => join(folder, copy.file!.name)
  return {
    hold: async (location) => {
      await opened()
      const copy = await held(location)
      let isHeld = true
      const release = (): void => {
        if (isHeld) copy.holders -= 1
        isHeld = false
      }
      return { path: pathOf(copy), release }
    },
    keep: async (location) => {
      await opened()
      const copy = await held(location)
      copy.keptUntilMs = clock.monotonic() + keptMs
      copy.holders -= 1
      return pathOf(copy)
    },
    figures: () => ({
      ...counts,
      evictions: room.evictions,
      files: room.files,
      bytes: room.bytes,
      bytesMax: options.bytesMax,
    }),
    close: async () => {
      await opening
      lock?.release()
    },
  }
}

/** The next process of its kind may start while the last one ends. */
async function lockPatiently({ folder, clock, lockPatienceMs = 4000 }: ObjectCacheOptions): Promise<Lock> {
  const deadline = clock.monotonic() + lockPatienceMs
  for (;;) {
    try {
      return acquireLock(join(folder, '.lock'), `the cache of objects in ${folder}`)
    } catch (error) {
      if (!(error instanceof WeirError) || clock.monotonic() >= deadline) throw error
      await pause(100)
    }
  }
}

/** False when somebody removed the file or cut it. Notes the use in the file system, where the next start looks. */
async function isThere({ file }: Copy, { folder, files, clock }: ObjectCacheOptions): Promise<boolean> {
  const path = join(folder, file!.name)
  if ((await files.size(path)) !== file!.bytes) return false
  const now = new Date(clock.now())
  await utimes(path, now, now)
  return true
}
