import type { Files } from '../../kernel/files/files.ts'

/** Bytes to send, as often as need be. */
export interface Source {
  readonly sizeBytes: number
  /** Exactly these bytes. */
  read(at: number, length: number): Promise<Uint8Array>
}

export function bytesSource(bytes: Uint8Array): Source {
  return { sizeBytes: bytes.byteLength, read: async (at, length) => bytes.subarray(at, at + length) }
}

/** Opens a finished file for as long as `work` runs. */
export async function withFileSource<T>(files: Files, path: string, work: (source: Source) => Promise<T>): Promise<T> {
  const file = await files.open(path, 'read')
  try {
    const read = async (at: number, length: number): Promise<Uint8Array> => {
      const bytes = Buffer.allocUnsafeSlow(length)
      for (let filled = 0; filled < length;) {
        const count = await file.read(bytes.subarray(filled), at + filled)
        if (count === 0) throw new Error(`${path} ends at byte ${at + filled}: it became shorter while it was sent`)
        filled += count
      }
      return bytes
    }
    return await work({ sizeBytes: (await files.size(path)) ?? 0, read })
  } finally {
    await file.close()
  }
}
