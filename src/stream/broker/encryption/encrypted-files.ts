import type { FileMode, Files, OpenFile } from '../../../kernel/files/files.ts'
import { isEraFile, removeEras } from './era-file.ts'
import { encryptedFile } from './encrypted-file.ts'
import { headerBytes, headerOf } from './file-header.ts'
import { openKeyState, type KeyState } from './key-state.ts'
import type { Keyring } from './keyring.ts'

interface Known {
  readonly state: Promise<KeyState>
  users: number
}

/**
 * Files whose content is encrypted on the disk (AES-256-CTR, docs/spec/security.md). To whoever uses them they are as the real ones,
 * in order, durability and damage: what a power cut tears fails its checksum. Files that were there before stay as they are, and
 * are read so; what is appended to them is encrypted.
 */
export function encryptedFiles(files: Files, keyring: Keyring): Files {
  const services = { files, keyring }
  /** Of files that are open, and of those that this process wrote: in these it goes on under the same keys. */
  const states = new Map<string, Known>()

  function use(path: string): Known {
    let known = states.get(path)
    if (!known) states.set(path, (known = { state: openKeyState(path, services), users: 0 }))
    known.users++
    return known
  }

  function release(path: string, known: Known, state?: KeyState): void {
    known.users--
    if (known.users === 0 && !state?.isWritten && states.get(path) === known) states.delete(path)
  }

  async function open(path: string, mode: FileMode): Promise<OpenFile> {
    const file = await files.open(path, mode)
    const known = use(path)
    try {
      const state = await known.state
      return encryptedFile(file, state, () => release(path, known, state))
    } catch (error) {
      release(path, known)
      await file.close()
      throw error
    }
  }

  async function size(path: string): Promise<number | undefined> {
    const physical = await files.size(path)
    if (physical === undefined || physical === 0) return physical
    const known = await states.get(path)?.state
    const before = known ? known.headerBytes : (await headerOf(files, path)) ? headerBytes : 0
    return Math.max(0, physical - before)
  }

  return {
    open,
    size,
    modifiedAt: (path) => files.modifiedAt(path),
    async read(path) {
      const file = await open(path, 'read')
      try {
        const bytes = Buffer.alloc((await size(path)) ?? 0)
        let done = 0
        for (let got = -1; got !== 0 && done < bytes.length; done += got)
          got = await file.read(bytes.subarray(done), done)
        return bytes.subarray(0, done)
      } finally {
        await file.close()
      }
    },
    list: async (folder) => (await files.list(folder)).filter((name) => !isEraFile(name)),
    makeDirectory: (path) => files.makeDirectory(path),
    space: (folder) => files.space(folder),
    async rename(from, to) {
      const [moved, replaced] = [states.get(from), await states.get(to)?.state]
      await files.rename(from, to)
      states.delete(from)
      if (moved) states.set(to, moved)
      else states.delete(to)
      if (replaced) await removeEras(files, to, replaced.identity)
    },
    link: (_, to) => Promise.reject(new Error(`${to}: encrypted files have one name`)),
    async remove(path) {
      const known = use(path)
      const { identity } = await known.state
      await files.remove(path)
      if (states.get(path) === known) states.delete(path)
      await removeEras(files, path, identity)
    },
    async removeDirectory(path) {
      for (const name of await files.list(path)) if (isEraFile(name)) await files.remove(`${path}/${name}`)
      await files.removeDirectory(path)
    },
    syncDirectory: (path) => files.syncDirectory(path),
    syncForeign: (path) => files.syncForeign(path),
  }
}
