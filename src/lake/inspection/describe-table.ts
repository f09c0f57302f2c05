import { stringifyJson } from '../json.ts'
import type { LoadedTable } from '../client/catalog-client.ts'
import { compactionSettings } from '../maintenance/compaction/settings.ts'
import { currentSnapshot, tableSchema } from '../metadata/read.ts'
import type { Snapshot } from '../metadata/table-metadata.ts'
import { columnsOf, type ColumnAt } from '../types/columns-of.ts'
import { printType } from '../types/print-type.ts'
import { sortHistory, specHistory, type LayoutField } from '../history/schema-history.ts'
import { rowsAt } from '../history/rows-at.ts'

export interface DescribedColumn {
  readonly id: number
  /** Fields within a column follow it: `address`, `address.zip`. */
  readonly column: string
  /** 0 for a column, 1 for what it holds. */
  readonly depth: number
  readonly type: string
  readonly required: boolean
  /** Whether its values tell rows from each other (identifier field ids). */
  readonly key: boolean
  readonly doc: string | null
  /** What a row without a value gets, as JSON (version 3). */
  readonly default: string | null
}

/** A table as it is, by its metadata alone. Totals are those of its snapshot, null where it does not say. */
export interface TableDescription {
  readonly namespace: string
  readonly name: string
  readonly uuid: string
  readonly formatVersion: number
  readonly location: string
  readonly metadataLocation: string
  /** Milliseconds since the epoch. */
  readonly updatedAt: number
  readonly snapshot: string | null
  readonly snapshots: number
  readonly rows: number | null
  /** Rows of the files, deleted ones among them. */
  readonly records: number | null
  readonly dataFiles: number | null
  readonly deleteFiles: number | null
  readonly deletes: number | null
  readonly bytes: number | null
  readonly schemaId: number
  readonly columns: readonly DescribedColumn[]
  readonly partitionedBy: readonly LayoutField[]
  readonly sortedBy: readonly LayoutField[]
  readonly properties: Readonly<Record<string, string>>
  /** What compaction puts files together to, in bytes; null where it is off. */
  readonly compactsTo: number | null
}

export function describeTable(
  { metadata, metadataLocation }: LoadedTable,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): TableDescription {
  const snapshot = currentSnapshot(metadata)
  const schema = tableSchema(metadata)
  const keys = new Set(schema['identifier-field-ids'] ?? [])
  const { enabled, targetBytes } = compactionSettings(metadata.properties)
  const inForce = (versions: ReturnType<typeof specHistory>): readonly LayoutField[] =>
    versions.find(({ current }) => current)?.fields ?? []
  return {
    namespace,
    name,
    uuid: metadata['table-uuid'],
    formatVersion: metadata['format-version'],
    location: metadata.location,
    metadataLocation,
    updatedAt: metadata['last-updated-ms'],
    snapshot: snapshot === undefined ? null : String(snapshot['snapshot-id']),
    snapshots: metadata.snapshots?.length ?? 0,
    ...totalsOf(snapshot),
    schemaId: schema['schema-id'],
    columns: columnsOf(schema).map((column) => described(column, keys)),
    partitionedBy: inForce(specHistory(metadata)),
    sortedBy: inForce(sortHistory(metadata)),
    properties: metadata.properties ?? {},
    compactsTo: enabled ? targetBytes : null,
  }
}

type Totals = Pick<TableDescription, 'rows' | 'records' | 'dataFiles' | 'deleteFiles' | 'deletes' | 'bytes'>

/** A table without a snapshot has nothing, and that is known. */
function totalsOf(snapshot: Snapshot | undefined): Totals {
  if (snapshot === undefined) return { rows: 0, records: 0, dataFiles: 0, deleteFiles: 0, deletes: 0, bytes: 0 }
  const total = (key: string): number | null => {
    const text = snapshot.summary?.[`total-${key}`]
    return text === undefined ? null : Number(text)
  }
  const [positions, values] = [total('position-deletes'), total('equality-deletes')]
  return {
    rows: rowsAt(snapshot),
    records: total('records'),
    dataFiles: total('data-files'),
    deleteFiles: total('delete-files'),
    deletes: positions === null && values === null ? null : (positions ?? 0) + (values ?? 0),
    bytes: total('files-size'),
  }
}

function described(column: ColumnAt, keys: ReadonlySet<number>): DescribedColumn {
  return {
    id: column.id,
    column: column.path,
    depth: column.depth,
    type: printType(column.type),
    required: column.required,
    key: keys.has(column.id),
    doc: column.doc ?? null,
    default: column.writeDefault === undefined ? null : stringifyJson(column.writeDefault),
  }
}
