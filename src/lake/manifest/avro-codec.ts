import { crc32, inflateRawSync, zstdDecompressSync } from 'node:zlib'
import { uncompressSync } from 'snappy'
import { AvroCursor } from './avro-cursor.ts'

const inflatedBytesMin = 16 << 10
const checksumBytes = 4

/**
 * A block of an Avro container file, unpacked. `RangeError` for a codec that Iceberg does not write, for more than `bytesMax`, and for bytes of another
 * checksum, where the codec has one.
 */
export function decompress(codec: string, block: Buffer, bytesMax: number): Buffer {
  switch (codec) {
    case 'null':
      return block
    case 'deflate':
      // Larger pieces than Node's 16 KB: a manifest has megabytes.
      return inflateRawSync(block, {
        chunkSize: Math.min(bytesMax, Math.max(inflatedBytesMin, 8 * block.length)),
        maxOutputLength: bytesMax,
      })
    case 'zstandard':
      return zstdDecompressSync(block, { maxOutputLength: bytesMax })
    case 'snappy':
      return unsnapped(block, bytesMax)
    default:
      throw new RangeError(`the codec ${codec} is not known`)
  }
}

/** The bytes, and the checksum of what they unpack to (Avro specification, required codecs). */
function unsnapped(block: Buffer, bytesMax: number): Buffer {
  if (block.length <= checksumBytes) throw new RangeError('a block is cut short')
  const packed = block.subarray(0, -checksumBytes)
  const length = snappyLength(packed)
  if (length > bytesMax) throw new RangeError(`a block unpacks to ${length} bytes, and ${bytesMax} are read at once`)
  const unpacked = uncompressSync(packed, { asBuffer: true }) as Buffer
  if (crc32(unpacked) !== block.readUInt32BE(packed.length))
    throw new RangeError('a block has another checksum than it says')
  return unpacked
}

/** Snappy begins with the length of what it unpacks to, as a plain varint. */
function snappyLength(packed: Buffer): number {
  const cursor = new AvroCursor(packed)
  let length = 0
  for (let unit = 1; ; unit *= 128) {
    const byte = cursor.byte()
    length += (byte & 127) * unit
    if (byte < 128) return length
  }
}
