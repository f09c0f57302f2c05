import { snapshotOf } from '../metadata/read.ts'
import type { PartitionSpec, Snapshot, SortOrder, TableMetadata } from '../metadata/table-metadata.ts'
import { columnsOf } from '../types/columns-of.ts'
import type { Schema } from '../types/type.ts'
import { schemaDifference, type ColumnDifference } from './schema-difference.ts'

/** One schema of a table, and what it changed of the one before it. */
export interface SchemaVersion {
  readonly id: number
  readonly current: boolean
  readonly columns: number
  /** The schema that `changes` starts from; null for the first. */
  readonly before: number | null
  readonly changes: readonly ColumnDifference[]
  /** The first snapshot that was written with it, of those that are kept; null when there is none. */
  readonly since: FirstSnapshot | null
}

export interface FirstSnapshot {
  readonly snapshot: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Whether the snapshot before it is kept, or there was none: else an expired one may have been the first. */
  readonly exact: boolean
}

export interface LayoutField {
  /** As the partition is called; empty in a sort order. */
  readonly name: string
  readonly column: string
  readonly transform: string
  /** `asc nulls-first`; null in a partition spec. */
  readonly order: string | null
}

/** A partition spec or a sort order. The metadata does not say since when. */
export interface LayoutVersion {
  readonly id: number
  readonly current: boolean
  readonly fields: readonly LayoutField[]
}

/** The schemas that the table has had, newest first. */
export function schemaHistory(metadata: TableMetadata): readonly SchemaVersion[] {
  const schemas = metadata.schemas.toSorted((a, b) => a['schema-id'] - b['schema-id'])
  const first = firstSnapshots(metadata)
  return schemas
    .map((schema, at): SchemaVersion => {
      const before = schemas[at - 1]
      const id = schema['schema-id']
      return {
        id,
        current: id === metadata['current-schema-id'],
        columns: schema.fields.length,
        before: before?.['schema-id'] ?? null,
        changes: before ? schemaDifference(before, schema) : [],
        since: first.get(id) ?? null,
      }
    })
    .toReversed()
}

/** By schema. Snapshots are listed as they were committed. */
function firstSnapshots(metadata: TableMetadata): ReadonlyMap<number, FirstSnapshot> {
  const found = new Map<number, FirstSnapshot>()
  for (const snapshot of metadata.snapshots ?? []) {
    const schema = snapshot['schema-id']
    if (schema === undefined || found.has(schema)) continue
    const exact = isFirst(metadata, snapshot)
    found.set(schema, { snapshot: String(snapshot['snapshot-id']), at: snapshot['timestamp-ms'], exact })
  }
  return found
}

function isFirst(metadata: TableMetadata, snapshot: Snapshot): boolean {
  const parent = snapshot['parent-snapshot-id']
  return parent == null || snapshotOf(metadata, parent) !== undefined
}

/** Newest first. */
export function specHistory(metadata: TableMetadata): readonly LayoutVersion[] {
  const names = columnNames(metadata)
  return metadata['partition-specs']
    .toSorted((a, b) => b['spec-id'] - a['spec-id'])
    .map((spec) => ({
      id: spec['spec-id'],
      current: spec['spec-id'] === metadata['default-spec-id'],
      fields: specFields(spec, names),
    }))
}

/** Newest first; order 0 is none. */
export function sortHistory(metadata: TableMetadata): readonly LayoutVersion[] {
  const names = columnNames(metadata)
  return metadata['sort-orders']
    .toSorted((a, b) => b['order-id'] - a['order-id'])
    .map((order) => ({
      id: order['order-id'],
      current: order['order-id'] === metadata['default-sort-order-id'],
      fields: sortFields(order, names),
    }))
}

function specFields({ fields }: PartitionSpec, names: ReadonlyMap<number, string>): readonly LayoutField[] {
  return fields.map(({ name, transform, 'source-id': source }) => ({
    name,
    column: names.get(source) ?? `field ${source}`,
    transform,
    order: null,
  }))
}

function sortFields({ fields }: SortOrder, names: ReadonlyMap<number, string>): readonly LayoutField[] {
  return fields.map(({ transform, direction, 'source-id': source, 'null-order': nulls }) => ({
    name: '',
    column: names.get(source) ?? `field ${source}`,
    transform,
    order: `${direction} ${nulls}`,
  }))
}

/** Of all schemas, under their last names: an old spec may be of a column that is gone. */
function columnNames(metadata: TableMetadata): ReadonlyMap<number, string> {
  const isCurrent = (schema: Schema): boolean => schema['schema-id'] === metadata['current-schema-id']
  const inOrder = metadata.schemas.toSorted((a, b) => Number(isCurrent(a)) - Number(isCurrent(b)))
  return new Map(inOrder.flatMap((schema) => columnsOf(schema).map(({ id, path }) => [id, path])))
}
