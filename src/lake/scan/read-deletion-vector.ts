import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { DataFile } from '../manifest/data-file.ts'
import { decodeDeletionVector } from '../puffin/deletion-vector.ts'
import { countPositions, type Positions } from '../puffin/positions.ts'
import { puffinMagic } from '../puffin/puffin-file.ts'

/** Whether a file of deletes is a deletion vector in a Puffin file (specification, version 3). */
export function isDeletionVector({ content, format }: DataFile): boolean {
  return content === 'position-deletes' && format === 'PUFFIN'
}

/** The rows that a deletion vector names, out of the bytes of its file. `WEIR-4008` when they are not what the manifest says. */
export function readDeletionVector(file: DataFile, bytes: Buffer): Positions {
  const { location, contentOffset: offset, contentSizeBytes: length } = file
  const fail = (why: string, cause?: unknown): WeirError =>
    new WeirError('WEIR-4008', `${location} holds no deletion vector for ${file.referencedDataFile}: ${why}`, { cause })
  if (!bytes.subarray(0, 4).equals(puffinMagic)) throw fail('it is not a Puffin file')
  if (offset === undefined || length === undefined || file.referencedDataFile === undefined)
    throw fail('the manifest does not say where in the file, or for which file of data')
  if (offset + length > bytes.length)
    throw fail(`bytes ${offset} to ${offset + length} of ${bytes.length} are asked for`)
  const positions = decoded(bytes.subarray(offset, offset + length), fail)
  const count = countPositions(positions)
  if (count !== file.recordCount) throw fail(`it names ${count} rows, the manifest ${file.recordCount}`)
  return positions
}

function decoded(blob: Buffer, fail: (why: string, cause: unknown) => WeirError): Positions {
  try {
    return decodeDeletionVector(blob)
  } catch (cause) {
    throw cause instanceof RangeError ? fail(cause.message, cause) : cause
  }
}
