import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { crc32c } from '@node-rs/crc32'

/** The checksums that S3 keeps with an object and tells with it, in base64. */
export interface StoredChecksums {
  readonly ChecksumCRC32?: string | undefined
  readonly ChecksumCRC32C?: string | undefined
  readonly ChecksumSHA1?: string | undefined
  readonly ChecksumSHA256?: string | undefined
  readonly ChecksumType?: string | undefined
}

/** A checksum that grows with the bytes as they arrive. */
export interface Checksum {
  /** In base64, what it should be in the end. */
  readonly expected: string
  add(bytes: Uint8Array): void
  /** In base64, of all bytes so far. */
  sum(): string
}

/** CRC-32 in base64, big end first, as S3 writes it. */
export function crc32Text(value: number): string {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value)
  return bytes.toString('base64')
}

/**
 * The checksum of a whole object, if S3 tells one that Node computes natively: not CRC64NVME, and not the checksum of the
 * parts' checksums (`COMPOSITE`, `…-3`), which the bytes alone do not give.
 */
export function checksumOf(stored: StoredChecksums): Checksum | undefined {
  const isWhole = (text: string | undefined): text is string => text !== undefined && !text.includes('-')
  const { ChecksumCRC32, ChecksumCRC32C, ChecksumSHA256, ChecksumSHA1, ChecksumType } = stored
  if (ChecksumType === 'COMPOSITE') return undefined
  if (isWhole(ChecksumCRC32)) return cyclic(ChecksumCRC32, crc32)
  if (isWhole(ChecksumCRC32C))
    return cyclic(ChecksumCRC32C, (bytes, before) =>
      crc32c(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), before),
    )
  if (isWhole(ChecksumSHA256)) return digest('sha256', ChecksumSHA256)
  if (isWhole(ChecksumSHA1)) return digest('sha1', ChecksumSHA1)
  return undefined
}

function cyclic(expected: string, next: (bytes: Uint8Array, before: number) => number): Checksum {
  let value = 0
  return {
    expected,
    add: (bytes) => {
      value = next(bytes, value)
    },
    sum: () => crc32Text(value),
  }
}

function digest(algorithm: string, expected: string): Checksum {
  const hash = createHash(algorithm)
  return { expected, add: (bytes) => void hash.update(bytes), sum: () => hash.copy().digest('base64') }
}
