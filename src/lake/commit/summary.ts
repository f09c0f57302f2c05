import type { DataFile } from '../manifest/data-file.ts'
import type { Snapshot } from '../metadata/table-metadata.ts'

/** The summary of a snapshot that adds files: what it added, and the totals of its parent carried on. */
export function appendSummary(
  files: readonly DataFile[],
  parent: Snapshot | undefined,
  properties: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const records = files.reduce((sum, file) => sum + file.recordCount, 0)
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  const partitions = new Set(files.map((file) => `${file.specId} ${file.partition.map(printed).join('\u0000')}`))
  const added =
    files.length === 0 ? {} : { 'added-data-files': files.length, 'added-records': records, 'added-files-size': bytes }
  return {
    ...properties,
    operation: 'append',
    ...texts({ ...added, 'changed-partition-count': partitions.size }),
    ...texts(
      totals(parent, {
        'total-records': records,
        'total-files-size': bytes,
        'total-data-files': files.length,
        'total-delete-files': 0,
        'total-position-deletes': 0,
        'total-equality-deletes': 0,
      }),
    ),
  }
}

/** A total that the parent does not state cannot be known without reading everything, so it is not stated. */
function totals(parent: Snapshot | undefined, added: Readonly<Record<string, number>>): Record<string, number> {
  const known = Object.entries(added).flatMap(([key, value]) => {
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
