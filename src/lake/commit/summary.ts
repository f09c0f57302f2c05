import type { DataFile } from '../manifest/data-file.ts'
import { isDeletionVector } from '../scan/read-deletion-vector.ts'
import type { Snapshot } from '../metadata/table-metadata.ts'

/** What a snapshot did to its parent, in the words of the Iceberg specification. */
export type Operation = 'append' | 'overwrite' | 'delete' | 'replace'

export interface SummaryParts {
  readonly operation: Operation
  readonly added: readonly DataFile[]
  readonly removed: readonly DataFile[]
  readonly parent: Snapshot | undefined
  readonly properties: Readonly<Record<string, string>>
}

/** The summary of a snapshot: what it added and removed, and the totals of its parent carried on. */
export function snapshotSummary({ operation, added, removed, parent, properties }: SummaryParts) {
  const [plus, minus] = [countsOf(added), countsOf(removed)]
  const partitions = new Set(
    [...added, ...removed].map((file) => `${file.specId} ${file.partition.map(printed).join('\u0000')}`),
  )
  const changes = {
    'added-data-files': plus.dataFiles,
    'deleted-data-files': minus.dataFiles,
    'added-records': plus.records,
    'deleted-records': minus.records,
    'added-files-size': plus.bytes,
    'removed-files-size': minus.bytes,
    'added-delete-files': plus.deleteFiles,
    'removed-delete-files': minus.deleteFiles,
    'added-position-delete-files': plus.positionFiles,
    'removed-position-delete-files': minus.positionFiles,
    'added-dvs': plus.vectors,
    'removed-dvs': minus.vectors,
    'added-position-deletes': plus.positions,
    'removed-position-deletes': minus.positions,
    'added-equality-delete-files': plus.equalityFiles,
    'removed-equality-delete-files': minus.equalityFiles,
    'added-equality-deletes': plus.equalities,
    'removed-equality-deletes': minus.equalities,
  }
  return {
    ...properties,
    operation,
    ...texts(Object.fromEntries(Object.entries(changes).filter(([, count]) => count > 0))),
    ...texts({ 'changed-partition-count': partitions.size }),
    ...texts(
      totals(parent, {
        'total-records': plus.records - minus.records,
        'total-files-size': plus.bytes - minus.bytes,
        'total-data-files': plus.dataFiles - minus.dataFiles,
        'total-delete-files': plus.deleteFiles - minus.deleteFiles,
        'total-position-deletes': plus.positions - minus.positions,
        'total-equality-deletes': plus.equalities - minus.equalities,
      }),
    ),
  } satisfies Readonly<Record<string, string>>
}

function countsOf(files: readonly DataFile[]) {
  const of = (content: DataFile['content']) => files.filter((file) => file.content === content)
  const records = (some: readonly DataFile[]) => some.reduce((sum, file) => sum + file.recordCount, 0)
  const [data, positions, equalities] = [of('data'), of('position-deletes'), of('equality-deletes')]
  const vectors = positions.filter(isDeletionVector)
  return {
    dataFiles: data.length,
    records: records(data),
    // A Puffin file holds many vectors: each counts for itself.
    bytes: files.reduce((sum, file) => sum + (file.contentSizeBytes ?? file.sizeBytes), 0),
    deleteFiles: positions.length + equalities.length,
    positionFiles: positions.length - vectors.length,
    vectors: vectors.length,
    positions: records(positions),
    equalityFiles: equalities.length,
    equalities: records(equalities),
  }
}

/** A total that the parent does not state cannot be known without reading everything, so it is not stated. */
function totals(parent: Snapshot | undefined, changes: Readonly<Record<string, number>>): Record<string, number> {
  const known = Object.entries(changes).flatMap(([key, value]) => {
    const before = parent === undefined ? 0 : Number(parent.summary?.[key] ?? Number.NaN)
    return Number.isNaN(before) ? [] : [[key, before + value] as const]
  })
  return Object.fromEntries(known)
}

function texts(numbers: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, String(value)]))
}

function printed(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('hex') : String(value)
}
