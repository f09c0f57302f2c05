import type { ManifestEntry } from '../manifest/data-file.ts'
import { schemaById, tableSchema } from '../metadata/read.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { printType } from '../types/print-type.ts'
import { valueOfSingle } from '../types/single-value.ts'
import { valueText } from '../types/value-text.ts'
import { leafColumns } from '../types/columns-of.ts'
import { liveEntries, type InspectionContext } from './live-entries.ts'

/** What a file says of one column; null where it does not say. Bounds as text, of which long ones are cut by their writer. */
export interface FileColumn {
  readonly id: number
  readonly column: string
  readonly type: string
  readonly bytes: number | null
  readonly values: number | null
  readonly nulls: number | null
  readonly lower: string | null
  readonly upper: string | null
}

/** Counts and bounds of the columns of one file, by the schema of the snapshot; undefined when the snapshot has no such file. */
export async function fileColumns(
  metadata: TableMetadata,
  snapshot: Snapshot,
  path: string,
  context: InspectionContext,
): Promise<readonly FileColumn[] | undefined> {
  for await (const entry of liveEntries(snapshot, context))
    if (entry.file.location === path) return columnsOfFile(metadata, snapshot, entry)
  return undefined
}

function columnsOfFile(metadata: TableMetadata, snapshot: Snapshot, { file }: ManifestEntry): readonly FileColumn[] {
  const schema = schemaById(metadata, snapshot['schema-id'] ?? -1) ?? tableSchema(metadata)
  return leafColumns(schema).map(({ id, path, type: leaf }) => {
    const type = printType(leaf)
    const bound = (bytes: Buffer | undefined): string | null => (bytes === undefined ? null : boundText(type, bytes))
    return {
      id,
      column: path,
      type,
      bytes: file.columnSizes?.get(id) ?? null,
      values: file.valueCounts?.get(id) ?? null,
      nulls: file.nullCounts?.get(id) ?? null,
      lower: bound(file.lowerBounds?.get(id)),
      upper: bound(file.upperBounds?.get(id)),
    }
  })
}

/** A type or a length that is not known here is shown as the bytes that it is. */
function boundText(type: string, bytes: Buffer): string {
  try {
    return valueText(type, valueOfSingle(type, bytes))
  } catch {
    return bytes.toString('hex')
  }
}
