import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/**
 * Puts lines where DuckDB reads them, in the place of those that were there. Blocks that are parsed one after the other share one
 * file: pages that are written over are in memory already, those of a new file must be found and charged first.
 */
export async function writeLines(path: string, lines: Uint8Array): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT)
  try {
    for (let at = 0; at < lines.length;) at += (await file.write(lines, at, lines.length - at, at)).bytesWritten
    await file.truncate(lines.length)
  } finally {
    await file.close()
  }
}
