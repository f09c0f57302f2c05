import { join } from 'node:path'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Files, OpenFile } from '../../../kernel/files/files.ts'
import { formatSize } from '../../../kernel/units.ts'
import type { ObjectSink } from '../object-sink.ts'
import { cacheFile, partialName } from './cache-file.ts'
import type { CacheRoom, Copy } from './cache-room.ts'

interface DownloadOptions {
  readonly folder: string
  readonly files: Files
  readonly read: (location: string, sink: ObjectSink) => Promise<void>
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
  const { folder, files, read } = options
  const partial = join(folder, partialName())
  try {
    const file = await files.open(partial, 'write')
    try {
      await read(
        location,
        sinkOf(file, (bytes) => room.reserve(copy, bytes, location)),
      )
      await file.sync()
    } finally {
      await file.close()
    }
    const whole = cacheFile(copy.key, copy.bytes)
    await files.rename(partial, join(folder, whole.name))
    copy.file = whole
  } catch (error) {
    await files.remove(partial).catch(() => undefined)
    throw error
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
