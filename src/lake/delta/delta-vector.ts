import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { decodeDeletionVector } from '../puffin/deletion-vector.ts'
import { countPositions, type Positions } from '../puffin/positions.ts'
import type { DeletionVectorDescriptor } from './delta-action.ts'
import { decodeBase85, encodeBase85 } from './base85.ts'

/** Where the deleted rows of a file are named. */
export interface DeltaVector {
  /** From the table's folder on; null for a vector that is in the log. */
  readonly path: string | null
  /** Bytes from the begin of the file. */
  readonly offset: number
  readonly sizeBytes: number
  /** Base 85, of a vector that is in the log. */
  readonly inline: string | null
  /** Rows that it names. */
  readonly rows: number
}

/** What a log says of a vector (Delta protocol, "Deletion Vector Descriptor Schema"). `WEIR-4025` for one outside the table. */
export function locateVector(descriptor: DeletionVectorDescriptor, table: string): DeltaVector {
  const { storageType, pathOrInlineDv: place, offset, sizeInBytes: sizeBytes, cardinality: rows } = descriptor
  const vector = { offset: offset ?? 0, sizeBytes, rows }
  if (storageType === 'i') return { ...vector, path: null, inline: place }
  if (storageType === 'p')
    throw new WeirError(
      'WEIR-4025',
      `${table}: deleted rows are named in ${place}, which may be outside: such tables are not read`,
    )
  return { ...vector, path: vectorPath(place), inline: null }
}

const uuidChars = 20

/** A folder, then 20 characters of a UUID in base 85. */
function vectorPath(text: string): string {
  const hex = decodeBase85(text.slice(-uuidChars)).toString('hex')
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  return join(text.slice(0, -uuidChars), `deletion_vector_${uuid}.bin`)
}

/**
 * The rows that a vector names. In its file a vector stands as in a Puffin file: length, Roaring bitmap, checksum, and the length is not
 * counted by the log. `WEIR-4026` when it is not what the log says.
 */
export async function readVector(vector: DeltaVector, folder: string): Promise<Positions> {
  const { path, inline, offset, sizeBytes, rows } = vector
  const what = path === null ? `a deletion vector in the log of ${folder}` : join(folder, path)
  if (path !== null && isAbsolute(path)) throw new WeirError('WEIR-4026', `${what} is no path in the table`)
  try {
    const blob =
      path === null ? framed(decodeBase85(inline!).subarray(0, sizeBytes)) : await bytesOf(what, offset, sizeBytes)
    return decoded(blob, rows)
  } catch (cause) {
    if (!(cause instanceof RangeError) && (cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new WeirError('WEIR-4026', `${what}: ${(cause as Error).message}`, { cause })
  }
}

function decoded(blob: Buffer, rows: number): Positions {
  const positions = decodeDeletionVector(blob)
  const count = countPositions(positions)
  if (count !== rows) throw new RangeError(`it names ${count} rows, the log ${rows}`)
  return positions
}

/** Length and checksum stand around a vector in its file, and are not counted by the log. */
const framingBytes = 8

async function bytesOf(path: string, offset: number, sizeBytes: number): Promise<Buffer> {
  return (await readFile(path)).subarray(offset, offset + sizeBytes + framingBytes)
}

/**
 * The same vector with its bytes in itself, as a log has those that are in it: for a file that is elsewhere when a statement asks. `read` gives
 * bytes of the file; `WEIR-4026` when it is not what the log says.
 */
export async function embedVector(
  vector: DeltaVector,
  what: string,
  read: (from: number, length: number) => Promise<Buffer>,
): Promise<DeltaVector> {
  const { offset, sizeBytes, rows } = vector
  const blob = await read(offset, sizeBytes + framingBytes)
  try {
    decoded(blob, rows)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new WeirError('WEIR-4026', `${what}: ${cause.message}`, { cause })
  }
  return { ...vector, path: null, offset: 0, inline: encodeBase85(blob.subarray(4, 4 + sizeBytes)) }
}

/** As it would stand in a file. */
function framed(body: Buffer): Buffer {
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeInt32BE(body.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
