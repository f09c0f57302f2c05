import { durably } from '../../../src/kernel/files/durably.ts'
import type { Files, OpenFile } from '../../../src/kernel/files/files.ts'

export interface FailingFiles {
  readonly files: Files
  /** From now on this many bytes fit, and those of files that are removed; what is written beyond is cut off and fails as a full disk does. */
  setRoom(bytes: number): void
  /** The next syncs of files whose path it names fail, each with what was written since the last one lost or not. */
  failSyncs(paths: RegExp | null): void
}

/** The real files, on a disk that can be filled and that can break. */
export function failingFiles(real: Files): FailingFiles {
  let room = Infinity
  let failing: RegExp | null = null
  const checkSync = (path: string): void => {
    if (failing?.test(path) === true) throw fileError('EIO', 'fdatasync', path)
  }
  const wrap = (open: OpenFile): OpenFile => ({
    path: open.path,
    read: (target, position) => open.read(target, position),
    truncate: (length) => open.truncate(length),
    close: () => open.close(),
    sync: async () => {
      checkSync(open.path)
      await open.sync()
    },
    write: async (buffers, position) => {
      const bytes = Buffer.concat(buffers)
      const fits = bytes.subarray(0, Math.max(0, Math.min(room, bytes.byteLength)))
      room -= fits.byteLength
      if (fits.byteLength > 0) await open.write([fits], position)
      if (fits.byteLength < bytes.byteLength) throw fileError('ENOSPC', 'write', open.path)
    },
  })
  const files: Files = {
    ...real,
    open: async (path, mode) => {
      if (mode !== 'read' && room <= 0 && (await real.size(path)) === undefined) throw fileError('ENOSPC', 'open', path)
      if (mode === 'durable') return durably(wrap(await real.open(path, 'write')))
      return wrap(await real.open(path, mode))
    },
    remove: async (path) => {
      room += (await real.size(path)) ?? 0
      await real.remove(path)
    },
    syncForeign: async (path) => {
      checkSync(path)
      await real.syncForeign(path)
    },
    syncDirectory: async (path) => {
      checkSync(path)
      await real.syncDirectory(path)
    },
  }
  return {
    files,
    setRoom: (bytes) => (room = bytes),
    failSyncs: (paths) => (failing = paths),
  }
}

function fileError(code: 'ENOSPC' | 'EIO', call: string, path: string): NodeJS.ErrnoException {
  const text = code === 'ENOSPC' ? 'no space left on device' : 'i/o error'
  return Object.assign(new Error(`${code}: ${text}, ${call} '${path}'`), { code, syscall: call, path })
}
