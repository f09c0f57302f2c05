import { dirname } from 'node:path'
import { crc32c } from '@node-rs/crc32'
import type { Files } from '../../../kernel/files/files.ts'

/** Replaces a small JSON file: after it the new content is durable, at any moment before it the old one. */
export async function writeJson(files: Files, path: string, value: unknown): Promise<void> {
  await writeText(files, path, JSON.stringify(value))
}

/** As `writeJson`, for text that is made elsewhere. */
export async function writeText(files: Files, path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  // A leftover of a crash may be longer than what is written now.
  await removeIfThere(files, temporary)
  const file = await files.open(temporary, 'write')
  try {
    await file.write([Buffer.from(text)], 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await files.rename(temporary, path)
  await files.syncDirectory(dirname(path))
}

/** CRC32C in eight hexadecimal digits: tells a text that is no longer what was written. */
export function checksumOf(text: string): string {
  return (crc32c(text) >>> 0).toString(16).padStart(8, '0')
}

export async function removeIfThere(files: Files, path: string): Promise<void> {
  if ((await files.size(path)) !== undefined) await files.remove(path)
}

/** Undefined when there is no such file, or when it is no JSON: only for what can be made again. */
export async function readJsonIfWhole<T>(files: Files, path: string): Promise<T | undefined> {
  if ((await files.size(path)) === undefined) return undefined
  try {
    return JSON.parse((await files.read(path)).toString()) as T
  } catch {
    return undefined
  }
}
