import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Compression } from '../crawled-table.ts'

const chunkBytes = 1 << 18

/**
 * The text of a file in pieces, unpacked, without its byte order mark. WEIR-4020 for bytes that are not UTF-8. The reader may stop at any
 * piece. `whole` is all of the file where that is known already.
 */
export async function* textChunks(
  path: string,
  compression: Compression,
  whole: Buffer | undefined,
): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const pieces = whole && compression === 'none' ? [whole] : unpacked(path, compression)
  for await (const bytes of pieces) yield decode(() => decoder.decode(bytes, { stream: true }))
  yield decode(() => decoder.decode())
}

function unpacked(path: string, compression: Compression): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: chunkBytes })
  if (compression === 'none') return file
  const unpack = compression === 'gzip' ? createGunzip() : createZstdDecompress()
  // What went wrong is heard by who reads; a reader that stops ends the file too.
  pipeline(file, unpack, () => undefined)
  return unpack
}

function decode(read: () => string): string {
  try {
    return read()
  } catch (cause) {
    throw new WeirError('WEIR-4020', 'the bytes are not UTF-8 text. Write the file anew as UTF-8, or exclude it', {
      cause,
    })
  }
}
