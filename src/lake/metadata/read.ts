import { WeirError } from '../../kernel/errors/weir-error.ts'
import { type Long, parseJson } from '../json.ts'
import type { Schema } from '../types/type.ts'
import type { PartitionField, PartitionSpec, Snapshot, TableMetadata } from './table-metadata.ts'

/** Metadata of a file's text. Version 1 is brought into the shape of version 2. `WEIR-4008` when it is none. */
export function parseMetadata(text: string, location: string): TableMetadata {
  try {
    return metadataOf(parseJson(text), location)
  } catch (cause) {
    if (cause instanceof WeirError) throw cause
    throw new WeirError('WEIR-4008', `${location} is not JSON`, { cause })
  }
}

type Foreign = (Partial<TableMetadata> & { schema?: Schema; 'partition-spec'?: PartitionSpec['fields'] }) | null

/** The same of what was parsed already (`parseJson`). */
export function metadataOf(json: unknown, location: string): TableMetadata {
  const found = json as Foreign
  const version = found?.['format-version']
  // A view has version and location too.
  const columns = typeof found?.['last-column-id']
  if (found === null || typeof version !== 'number' || typeof found.location !== 'string' || columns !== 'number')
    throw new WeirError('WEIR-4008', `${location} is not Iceberg table metadata`)
  if (version > 3) throw new WeirError('WEIR-4008', `${location} has format version ${version}; Weir reads up to 3`)
  const old = { ...found }
  delete old.schema
  delete old['partition-spec']
  const defaults = {
    schemas: found.schema === undefined ? [] : [{ ...found.schema, 'schema-id': 0 }],
    'current-schema-id': 0,
    'partition-specs': [{ 'spec-id': 0, fields: found['partition-spec'] ?? [] }],
    'default-spec-id': 0,
    'last-partition-id': 999,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    'default-sort-order-id': 0,
    'last-sequence-number': 0,
  }
  const read = withSources({ ...defaults, ...old } as TableMetadata)
  return read.refs === undefined ? { ...read, refs: mainOnly(read) } : read
}

/** Version 3 may list the one column of a transform in the way it lists several. */
function withSources(metadata: TableMetadata): TableMetadata {
  const isListed = (field: PartitionField) => field['source-id'] === undefined && field['source-ids']?.length === 1
  if (!metadata['partition-specs'].some(({ fields }) => fields.some(isListed))) return metadata
  return {
    ...metadata,
    'partition-specs': metadata['partition-specs'].map((spec) => ({
      ...spec,
      fields: spec.fields.map((field) =>
        isListed(field) ? { ...field, 'source-id': field['source-ids']![0]! } : field,
      ),
    })),
  }
}

function mainOnly(metadata: TableMetadata): NonNullable<TableMetadata['refs']> {
  const id = metadata['current-snapshot-id']
  return id == null || id === -1 ? {} : { main: { 'snapshot-id': id, type: 'branch' } }
}

export function currentSchema(metadata: TableMetadata): Schema | undefined {
  return schemaById(metadata, metadata['current-schema-id'])
}

export function schemaById(metadata: TableMetadata, id: number): Schema | undefined {
  return metadata.schemas.find((schema) => schema['schema-id'] === id)
}

/** The schema that rows are read with; a table that was made has one. */
export function tableSchema(metadata: TableMetadata): Schema {
  const schema = currentSchema(metadata)
  if (schema === undefined) throw new WeirError('WEIR-4008', `The table at ${metadata.location} has no current schema`)
  return schema
}

export function specById(metadata: TableMetadata, id: number): PartitionSpec {
  const spec = metadata['partition-specs'].find((one) => one['spec-id'] === id)
  if (spec === undefined)
    throw new WeirError('WEIR-4008', `The table at ${metadata.location} has no partition spec ${id}`)
  return spec
}

export function snapshotOf(metadata: TableMetadata, id: Long): Snapshot | undefined {
  return metadata.snapshots?.find((snapshot) => snapshot['snapshot-id'] === id)
}

/** The current snapshot; undefined for a table that never had one. */
export function currentSnapshot(metadata: TableMetadata): Snapshot | undefined {
  const id = metadata['current-snapshot-id']
  return id == null || id === -1 ? undefined : snapshotOf(metadata, id)
}

/** A snapshot and those before it, newest first, as far as they are retained. */
export function* ancestors(metadata: TableMetadata, from: Long | null | undefined): Iterable<Snapshot> {
  const byId = new Map((metadata.snapshots ?? []).map((snapshot) => [snapshot['snapshot-id'], snapshot]))
  for (let id = from; id != null;) {
    const snapshot = byId.get(id)
    if (snapshot === undefined) return
    yield snapshot
    byId.delete(id)
    id = snapshot['parent-snapshot-id']
  }
}
