import { compressSync, uncompressSync } from 'snappy'
import { corrupt } from '../corrupt.ts'

/** Java's clients frame Snappy in blocks (xerial, not the official framing); others send one raw block. Both are read. */
const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
const headerBytes = 16
const blockBytes = 65536

export function compressSnappy(plain: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes)
  magic.copy(header)
  header.writeInt32BE(1, 8) // version
  header.writeInt32BE(1, 12) // oldest version that can read it
  const parts: Buffer[] = [header]
  for (let at = 0; at < plain.length; at += blockBytes) {
    const block = compressSync(plain.subarray(at, at + blockBytes))
    const length = Buffer.allocUnsafe(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

export function decompressSnappy(packed: Buffer, bytesMax: number): Buffer {
  if (packed.length < headerBytes || packed.compare(magic, 0, 8, 0, 8) !== 0) return block(packed, bytesMax)
  const parts: Buffer[] = []
  let left = bytesMax
  for (let at = headerBytes; at < packed.length;) {
    if (at + 4 > packed.length) throw corrupt('a snappy batch that is cut off')
    const length = packed.readInt32BE(at)
    at += 4
    if (length < 0 || length > packed.length - at) throw corrupt(`a snappy block of ${length} bytes`)
    const part = block(packed.subarray(at, at + length), left)
    left -= part.length
    parts.push(part)
    at += length
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}

function block(packed: Buffer, bytesMax: number): Buffer {
  if (announcedLength(packed) > bytesMax) throw corrupt(`a snappy block of more than ${bytesMax} bytes unpacked`)
  return uncompressSync(packed, { asBuffer: true }) as Buffer
}

/** A raw block begins with its unpacked length, as a varint. */
function announcedLength(packed: Buffer): number {
  let value = 0
  for (let index = 0; index < 5 && index < packed.length; index++) {
    value += (packed[index]! & 0x7f) * 2 ** (7 * index)
    if (packed[index]! < 0x80) return value
  }
  throw corrupt('a snappy block without a length')
}
