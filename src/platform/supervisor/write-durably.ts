import { dirname } from 'node:path'
import type { Files } from '../../kernel/files/files.ts'

/** A small file as a whole or as it was before, also after a power cut. */
export async function writeDurably(path: string, text: string, files: Files): Promise<void> {
  const file = await files.open(`${path}.next`, 'write')
  const bytes = Buffer.from(text)
  try {
    await file.write([bytes], 0)
    await file.truncate(bytes.length)
    await file.sync()
  } finally {
    await file.close()
  }
  await files.rename(`${path}.next`, path)
  await files.syncDirectory(dirname(path))
}
