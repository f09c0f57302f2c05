import { crc32 } from 'node:zlib'
import type { Positions } from './positions.ts'
import { decodeRoaring, encodeRoaring } from './roaring.ts'

/** The type of the blob (Puffin specification). */
export const deletionVectorType = 'deletion-vector-v1'

const magic = Buffer.of(0xd1, 0xd3, 0x39, 0x64)

/** Length, magic, Roaring bitmap, CRC-32 of the latter two: length and sum with the highest byte first. */
export function encodeDeletionVector(positions: Positions): Buffer {
  const body = Buffer.concat([magic, encodeRoaring(positions)])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeInt32BE(body.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** `RangeError` for a blob that is none, or not the one that was written. */
export function decodeDeletionVector(blob: Buffer): Positions {
  if (blob.length < 12) throw new RangeError(`a deletion vector has 12 bytes at least, this one ${blob.length}`)
  const length = blob.readInt32BE()
  if (length !== blob.length - 8)
    throw new RangeError(`the deletion vector says that it has ${length} bytes, and has ${blob.length - 8}`)
  const body = blob.subarray(4, -4)
  if (!body.subarray(0, 4).equals(magic)) throw new RangeError(`it begins with ${body.toString('hex', 0, 4)}`)
  const [sum, written] = [crc32(body), blob.readUInt32BE(blob.length - 4)]
  if (sum !== written) throw new RangeError(`its checksum is ${hex(sum)}, not ${hex(written)}`)
  return decodeRoaring(body.subarray(4))
}

function hex(sum: number): string {
  return `0x${sum.toString(16).padStart(8, '0')}`
}
