import { randomUUID } from 'node:crypto'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { assignFreshIds } from '../types/schema.ts'
import type { Schema } from '../types/type.ts'
import type { PartitionField, PartitionSpec, SortOrder, TableMetadata } from './table-metadata.ts'
import type { UnboundSpec } from './update.ts'
import { checkSchema, checkSpec, ofOneColumn } from './check.ts'

/** Partition field ids begin here (specification). */
export const firstPartitionId = 1000

export interface NewTableMetadata {
  readonly location: string
  readonly schema: Schema
  readonly spec: UnboundSpec | undefined
  readonly sortOrder: SortOrder | undefined
  readonly properties: Readonly<Record<string, string>>
  readonly now: number
}

/** Metadata of a table without snapshots. All ids are assigned anew; spec and sort order follow their columns. */
export function newTableMetadata(table: NewTableMetadata): TableMetadata {
  const { schema, lastColumnId, ids } = assignFreshIds({ ...table.schema, 'schema-id': 0 })
  checkSchema(schema)
  const spec = bindSpec(table.spec ?? { fields: [] }, ids)
  checkSpec(spec, schema)
  const order = bindOrder(table.sortOrder, ids)
  const { 'format-version': version = '2', ...properties } = table.properties
  return {
    'format-version': checkVersion(Number(version)),
    'table-uuid': randomUUID(),
    location: table.location.replace(/\/+$/, ''),
    'last-sequence-number': 0,
    'last-updated-ms': table.now,
    'last-column-id': lastColumnId,
    schemas: [schema],
    'current-schema-id': 0,
    'partition-specs': [spec],
    'default-spec-id': 0,
    'last-partition-id': firstPartitionId - 1 + spec.fields.length,
    'sort-orders': [order],
    'default-sort-order-id': order['order-id'],
    properties,
    'current-snapshot-id': -1,
    snapshots: [],
    'snapshot-log': [],
    'metadata-log': [],
    refs: {},
    ...(version === '3' ? { 'next-row-id': 0 } : {}),
  }
}

/** What a commit with `assert-create` starts from: no schema, no spec; its updates bring them, the version included. */
export function emptyTableMetadata(location: string, now: number, version: number): TableMetadata {
  return {
    'format-version': checkVersion(version),
    'table-uuid': randomUUID(),
    location,
    'last-sequence-number': 0,
    'last-updated-ms': now,
    'last-column-id': 0,
    schemas: [],
    'current-schema-id': -1,
    'partition-specs': [],
    'default-spec-id': -1,
    'last-partition-id': firstPartitionId - 1,
    'sort-orders': [],
    'default-sort-order-id': -1,
    properties: {},
    'current-snapshot-id': -1,
    snapshots: [],
    'snapshot-log': [],
    'metadata-log': [],
    refs: {},
    ...(version === 3 ? { 'next-row-id': 0 } : {}),
  }
}

export function checkVersion(version: number): number {
  if (version === 1 || version === 2 || version === 3) return version
  throw new WeirError('WEIR-4006', `format-version ${version} is not one that this catalog serves; use 2`)
}

function bindSpec(spec: UnboundSpec, ids: ReadonlyMap<number, number>): PartitionSpec {
  const fields: PartitionField[] = spec.fields.map(ofOneColumn).map((field, at) => ({
    ...field,
    'source-id': mapped(field['source-id'], ids, `partition field ${field.name}`),
    'field-id': firstPartitionId + at,
  }))
  return { 'spec-id': 0, fields }
}

function bindOrder(order: SortOrder | undefined, ids: ReadonlyMap<number, number>): SortOrder {
  if (order === undefined || order.fields.length === 0) return { 'order-id': 0, fields: [] }
  const fields = order.fields.map((field) => ({
    ...field,
    'source-id': mapped(field['source-id'], ids, 'a sort field'),
  }))
  return { 'order-id': 1, fields }
}

function mapped(id: number, ids: ReadonlyMap<number, number>, what: string): number {
  const found = ids.get(id)
  if (found === undefined)
    throw new WeirError('WEIR-4006', `${what} names column ${id}, which the schema does not have`)
  return found
}
