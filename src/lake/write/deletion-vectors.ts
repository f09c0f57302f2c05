import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { DataFile } from '../manifest/data-file.ts'
import { deletionVectorType, encodeDeletionVector } from '../puffin/deletion-vector.ts'
import { countPositions, mergedPositions, type Positions } from '../puffin/positions.ts'
import { encodePuffin } from '../puffin/puffin-file.ts'
import { type FileWithDeletes } from '../scan/applicable-deletes.ts'
import { deletedPositionId } from '../scan/deleted-fields.ts'

/** The rows of one file of data that are deleted: all of them, those of the vector that this one replaces included. */
export interface DeletedRows {
  readonly dataFile: Pick<DataFile, 'location' | 'specId' | 'partition'>
  readonly positions: Positions
}

/**
 * What the new vector of a file has to hold: rows that are deleted now, and those of the vector before. Rows that files of
 * position deletes name (of a table that had version 2) are the caller's to add: `deletedRowsSql` reads them.
 */
export function withOlderVector({ file, deletes }: FileWithDeletes, positions: Positions): DeletedRows {
  const older = deletes.find(({ deleted }) => deleted !== undefined)?.deleted
  return { dataFile: file, positions: older === undefined ? positions : mergedPositions(older, positions) }
}

/**
 * Writes deletion vectors into one Puffin file, durably, and gives what manifests of deletes say of them. Whoever commits
 * them takes out the vector that each file had, for a file has one at most (specification, deletion vectors).
 */
export async function writeDeletionVectors(
  store: Pick<ObjectStore, 'put'>,
  location: string,
  deleted: readonly DeletedRows[],
): Promise<readonly DataFile[]> {
  const vectors = deleted.map((one) => ({ ...one, cardinality: countPositions(one.positions) }))
  const { bytes, places } = encodePuffin(
    vectors.map(({ dataFile, positions, cardinality }) => ({
      type: deletionVectorType,
      fields: [deletedPositionId],
      properties: { 'referenced-data-file': dataFile.location, cardinality: String(cardinality) },
      bytes: encodeDeletionVector(positions),
    })),
  )
  await store.put(location, bytes)
  return vectors.map(({ dataFile, cardinality }, at) => ({
    content: 'position-deletes',
    location,
    format: 'PUFFIN',
    specId: dataFile.specId,
    partition: dataFile.partition,
    recordCount: cardinality,
    sizeBytes: bytes.length,
    referencedDataFile: dataFile.location,
    contentOffset: places[at]!.offset,
    contentSizeBytes: places[at]!.length,
  }))
}
