import { constants } from 'node:fs'
import { link, mkdir, open, readdir, readFile, rename, rmdir, stat, statfs, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { durably } from './durably.ts'
import type { Files, OpenFile } from './files.ts'

const modes = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR | constants.O_CREAT,
  // One call instead of two, and one way to a thread and back. On macOS it does not reach the disk.
  durable: constants.O_RDWR | constants.O_CREAT | (process.platform === 'linux' ? constants.O_DSYNC : 0),
} as const

/** IOV_MAX of Linux and macOS. */
const vectorMax = 1024

/** The real file system. */
export const nodeFiles: Files = {
  async open(path, mode) {
    const file = openFile(path, await open(path, modes[mode], 0o600))
    return mode === 'durable' && process.platform !== 'linux' ? durably(file) : file
  },
  read: (path) => readFile(path),
  list: (folder) => readdir(folder).catch(absentAs([])),
  size: (path) => stat(path).then((found) => found.size, absentAs(undefined)),
  modifiedAt: (path) => stat(path).then((found) => Math.floor(found.mtimeMs), absentAs(undefined)),
  makeDirectory: (path) => makeDirectory(path),
  rename,
  link,
  remove: unlink,
  removeDirectory: (path) => rmdir(path).catch(absentAs(undefined)),
  syncDirectory: (path) => syncPath(path),
  syncForeign: (path) => syncPath(path),
  async space(folder) {
    const { blocks, bavail, bsize } = await statfs(folder)
    return { totalBytes: blocks * bsize, usableBytes: bavail * bsize }
  },
}

function openFile(path: string, handle: FileHandle): OpenFile {
  return {
    path,
    write: (buffers, position) => writeAll(handle, buffers, position),
    read: async (target, position) => (await handle.read(target, 0, target.byteLength, position)).bytesRead,
    truncate: (length) => handle.truncate(length),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  }
}

/** One call for all of them; the kernel may take less, at a full disk for instance. */
async function writeAll(handle: FileHandle, buffers: readonly Uint8Array[], position: number): Promise<void> {
  let left = buffers.slice(0, vectorMax)
  let at = position
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left, at)
    at += bytesWritten
    left = withoutFirst(left, bytesWritten)
  }
  if (buffers.length > vectorMax) await writeAll(handle, buffers.slice(vectorMax), at)
}

/** What is left when the first `bytes` are written. */
function withoutFirst(buffers: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = bytes
  const first = buffers.findIndex(({ byteLength }) => byteLength > skipped || ((skipped -= byteLength), false))
  return first < 0 ? [] : [buffers[first]!.subarray(skipped), ...buffers.slice(first + 1)]
}

/**
 * One folder after the other, the topmost first: Node's `recursive` never ends where the system says ENOENT of a new name
 * (`/proc`), and says ENOENT too where the truth is another (a disk that is read-only).
 */
export async function makeDirectory(path: string, mode = 0o700): Promise<void> {
  const parent = dirname(path)
  try {
    await makeOne(path, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error
    await makeDirectory(parent, mode)
    await makeOne(path, mode)
  }
}

async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    // A read-only disk says so even of a folder that is there.
    if ((await stat(path).catch(() => undefined))?.isDirectory()) return
    throw error
  }
  await syncPath(dirname(path))
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function absentAs<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value
    throw error
  }
}
