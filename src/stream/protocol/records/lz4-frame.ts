import { corrupt } from '../corrupt.ts'

const magic = 0x184d2204
const blockBytesMaxOf = [0, 0, 0, 0, 65536, 262144, 1048576, 4194304] as const

/**
 * An upper bound of what an LZ4 frame unpacks to, from its block headers (LZ4 frame format 1.6). The native decoder takes no
 * limit, and 30 MB of blocks could ask for 7 GB.
 */
export function lz4BytesMax(frame: Buffer): number {
  if (frame.length < 7 || frame.readUInt32LE(0) !== magic) throw corrupt('an lz4 batch that is no lz4 frame')
  const flags = frame[4]!
  const blockBytesMax = blockBytesMaxOf[(frame[5]! >> 4) & 7]!
  const hasContentSize = (flags & 8) !== 0
  const hasDictionary = (flags & 1) !== 0
  const blockOverhead = (flags & 16) !== 0 ? 4 : 0
  let total = 0
  let at = 7 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0)
  while (at + 4 <= frame.length) {
    const header = frame.readUInt32LE(at)
    if (header === 0) return total
    const stored = header >= 0x80000000
    const bytes = header % 0x80000000
    // An LZ4 match takes at least one byte for 255 of output.
    total += stored ? bytes : Math.min(blockBytesMax, bytes * 255)
    at += 4 + bytes + blockOverhead
  }
  return total
}
