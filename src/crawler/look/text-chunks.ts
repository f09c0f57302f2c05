import { pipeline, Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Compression } from '../crawled-table.ts'

/**
 * The text of a file in pieces, unpacked, without its byte order mark. WEIR-4020 for bytes that are not UTF-8. The reader may stop at any
 * piece.
 */
export async function* textChunks(bytes: AsyncIterable<Buffer>, compression: Compression): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const pieces = compression === 'none' ? bytes : unpacked(bytes, compression)
  for await (const piece of pieces) yield decode(() => decoder.decode(piece, { stream: true }))
  yield decode(() => decoder.decode())
}

function unpacked(bytes: AsyncIterable<Buffer>, compression: Exclude<Compression, 'none'>): AsyncIterable<Buffer> {
  const unpack = compression === 'gzip' ? createGunzip() : createZstdDecompress()
  // What went wrong is heard by who reads; a reader that stops ends the file too.
  pipeline(Readable.from(bytes, { objectMode: false }), unpack, () => undefined)
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
