import type { OpenFile } from '../../../kernel/files/files.ts'
import type { KeyState } from './key-state.ts'
import { decrypt, encrypted, release } from './key-stream.ts'

/** A file whose bytes are other ones on the disk. Positions are its own: the header does not count. */
export function encryptedFile(file: OpenFile, state: KeyState, onClose: () => void): OpenFile {
  async function writeFirst(header: Buffer, hidden: readonly Buffer[], position: number): Promise<void> {
    try {
      if (position === 0) return await file.write([header, ...hidden], 0)
      await file.write([header], 0)
      await file.write(hidden, position + state.headerBytes)
    } catch (error) {
      state.headerFailed()
      throw error
    }
  }

  return {
    path: file.path,
    async write(buffers, position) {
      const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)
      if (bytes === 0) return
      const { key, header } = await state.forWriting(position, position + bytes)
      const hidden = encrypted(key.key, buffers, position)
      try {
        if (header) await writeFirst(header, hidden, position)
        else await file.write(hidden, position + state.headerBytes)
      } finally {
        release(hidden)
      }
    },
    async read(target, position) {
      const got = await file.read(target, position + state.headerBytes)
      for (const { from, to, key } of state.stretches(position, position + got))
        if (key) decrypt(key.key, target.subarray(from - position, to - position), from)
      return got
    },
    async truncate(length) {
      // Also when it fails: what lies beyond may be gone, and is written anew.
      state.truncated(length)
      await file.truncate(length === 0 ? 0 : length + state.headerBytes)
    },
    sync: () => file.sync(),
    async close() {
      onClose()
      await file.close()
    },
  }
}
