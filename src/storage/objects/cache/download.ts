import { join } from 'node:path'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Files, OpenFile } from '../../../kernel/files/files.ts'
import { formatSize } from '../../../kernel/units.ts'
import type { ObjectSink } from '../object-sink.ts'
import { cacheFile, partialName } from './cache-file.ts'
import type { CacheRoom, Copy } from './cache-room.ts'

/** How a copy comes to be: one of the two. */
export interface CopySource {
  /** Reads a whole object. */
  readonly read?: (location: string, sink: ObjectSink) => Promise<void>
  /** Writes a file that is made of an object, whose size is known when it is done; `reserve` sets aside about as much. */
  readonly make?: (location: string, path: string, reserve: (bytes: number) => Promise<void>) => Promise<void>
}

interface DownloadOptions extends CopySource {
  readonly folder: string
  readonly files: Files
}

/** Makes a copy whole. Its name appears when its bytes are on the disk: what has a copy's name is one, after any crash. */
export async function download(copy: Copy, location: string, options: DownloadOptions, room: CacheRoom): Promise<void> {
  for (let isLast = false; ; isLast = true) {
    try {
      await attempt(copy, location, options, room)
      return
    } catch (error) {
      if (!isFull(error)) throw error
      // On a full disk copies give way that nobody reads, once.
      if (isLast || (await room.freeUp(copy.bytes)) === 0) throw noRoom(copy, location, options, error)
    }
  }
}

async function attempt(copy: Copy, location: string, options: DownloadOptions, room: CacheRoom): Promise<void> {
  const { folder, files, read, make } = options
  const partial = join(folder, partialName())
  const reserve = (bytes: number): Promise<void> => room.reserve(copy, bytes, location)
  try {
    if (read !== undefined) await readInto(partial, (sink) => read(location, sink), reserve, files)
    if (make !== undefined) {
      await make(location, partial, reserve)
      await reserve((await files.size(partial)) ?? 0)
      await files.syncForeign(partial)
    }
    const whole = cacheFile(copy.key, copy.bytes)
    await files.rename(partial, join(folder, whole.name))
    copy.file = whole
  } catch (error) {
    await files.remove(partial).catch(() => undefined)
    throw error
  }
}

async function readInto(
  path: string,
  read: (sink: ObjectSink) => Promise<void>,
  reserve: (bytes: number) => Promise<void>,
  files: Files,
): Promise<void> {
  const file = await files.open(path, 'write')
  try {
    await read(sinkOf(file, reserve))
    await file.sync()
  } finally {
    await file.close()
  }
}

function sinkOf(file: OpenFile, reserve: (bytes: number) => Promise<void>): ObjectSink {
  let at = 0
  return {
    begin: async (totalBytes) => {
      at = 0
      await file.truncate(0)
      await reserve(totalBytes)
    },
    write: async (bytes) => {
      await file.write([bytes], at)
      at += bytes.length
    },
  }
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}

function noRoom({ bytes }: Copy, location: string, { folder }: DownloadOptions, cause: unknown): WeirError {
  return new WeirError(
    'WEIR-8001',
    `no room on the disk for a copy of ${location} (${formatSize(bytes)}) in ${folder}; free space there, or put the cache on another disk`,
    { cause },
  )
}
