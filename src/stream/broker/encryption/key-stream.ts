import { createCipheriv, hkdfSync, type Cipheriv } from 'node:crypto'
import { keyBytes } from './customer-key.ts'

const blockBytes = 16
export const saltBytes = 16
/** Node answers each piece in memory of its own. More at once gains nothing. */
const pieceBytes = 256 * 1024

/** The key of one era of one file: of no other, as long as no two salts are the same. */
export function eraKey(dataKey: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, salt, 'weir log file', keyBytes))
}

/** AES-256-CTR: the same for both directions. What `position` is must have been given to this key only once to encrypt. */
export function encrypted(key: Buffer, buffers: readonly Uint8Array[], position: number): Buffer[] {
  const cipher = cipherAt(key, position)
  return buffers.flatMap((buffer) => Array.from(pieces(buffer), (piece) => cipher.update(piece)))
}

/**
 * Gives back what `encrypted` answered, at once: left to the collector, the memory of all that is written and read would have it
 * run for half of the time that encryption takes.
 */
export function release(buffers: readonly Buffer[]): void {
  for (const { buffer, byteLength } of buffers)
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

/** In place. */
export function decrypt(key: Buffer, buffer: Uint8Array, position: number): void {
  const cipher = cipherAt(key, position)
  for (const piece of pieces(buffer)) {
    const clear = cipher.update(piece)
    piece.set(clear)
    release([clear])
  }
}

function* pieces(buffer: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < buffer.byteLength; at += pieceBytes) yield buffer.subarray(at, at + pieceBytes)
}

/** The counter is the number of the block, so that any place of a file can be read alone. */
function cipherAt(key: Buffer, position: number): Cipheriv {
  const counter = Buffer.alloc(blockBytes)
  counter.writeBigUInt64BE(BigInt(Math.floor(position / blockBytes)), 8)
  const cipher = createCipheriv('aes-256-ctr', key, counter)
  const inBlock = position % blockBytes
  if (inBlock > 0) cipher.update(Buffer.alloc(inBlock))
  return cipher
}
