import { isDeepStrictEqual } from 'node:util'
import { highestId } from '../types/schema.ts'
import type { Schema } from '../types/type.ts'
import { checkOrder, checkSchema, checkSpec, ofOneColumn } from './check.ts'
import { firstPartitionId } from './create.ts'
import { changed, type MetadataDraft } from './metadata-builder.ts'
import { currentSchema } from './read.ts'
import type { PartitionField, PartitionSpec, SortOrder, TableMetadata } from './table-metadata.ts'
import type { UnboundSpec } from './update.ts'

/** A schema equal to one that is there gets its id: adding it twice changes nothing. */
export function addSchema(draft: MetadataDraft, schema: Schema): MetadataDraft {
  checkSchema(schema)
  const { schemas } = draft.metadata
  const same = schemas.find((old) => sameSchema(old, schema))
  if (same !== undefined) return { ...draft, lastSchemaId: same['schema-id'] }
  const id = Math.max(-1, ...schemas.map((old) => old['schema-id'])) + 1
  return {
    ...changed(draft, {
      schemas: [...schemas, { ...schema, 'schema-id': id }],
      'last-column-id': Math.max(draft.metadata['last-column-id'], highestId(schema.fields)),
    }),
    lastSchemaId: id,
  }
}

function sameSchema(a: Schema, b: Schema): boolean {
  return (
    isDeepStrictEqual(a.fields, b.fields) &&
    isDeepStrictEqual(a['identifier-field-ids'] ?? [], b['identifier-field-ids'] ?? [])
  )
}

export function addSpec(draft: MetadataDraft, unbound: UnboundSpec): MetadataDraft {
  const { metadata } = draft
  const specs = metadata['partition-specs']
  let last = metadata['last-partition-id']
  const known = specs.flatMap((spec) => spec.fields)
  const fields: PartitionField[] = unbound.fields.map(ofOneColumn).map((field) => {
    // The same source and transform keep their id over all specs, so that files of both can be compared.
    const old = known.find((one) => one['source-id'] === field['source-id'] && one.transform === field.transform)
    const id = field['field-id'] ?? old?.['field-id'] ?? last + 1
    last = Math.max(last, id)
    return { ...field, 'field-id': id }
  })
  const same = specs.find((spec) => sameSpec(spec, fields))
  if (same !== undefined) return { ...draft, lastSpecId: same['spec-id'] }
  const spec: PartitionSpec = { 'spec-id': Math.max(-1, ...specs.map((old) => old['spec-id'])) + 1, fields }
  checkSpec(spec, newestSchema(metadata))
  return {
    ...changed(draft, {
      'partition-specs': [...specs, spec],
      'last-partition-id': Math.max(last, firstPartitionId - 1),
    }),
    lastSpecId: spec['spec-id'],
  }
}

/** In a transaction that creates the table the schema may not be set yet, only added. */
function newestSchema(metadata: TableMetadata): Schema {
  return currentSchema(metadata) ?? metadata.schemas.at(-1) ?? { type: 'struct', 'schema-id': 0, fields: [] }
}

function sameSpec(spec: PartitionSpec, fields: readonly PartitionField[]): boolean {
  return (
    spec.fields.length === fields.length &&
    spec.fields.every(
      (field, at) =>
        field['source-id'] === fields[at]!['source-id'] &&
        field.transform === fields[at]!.transform &&
        field.name === fields[at]!.name &&
        field['field-id'] === fields[at]!['field-id'],
    )
  )
}

export function addSortOrder(draft: MetadataDraft, order: SortOrder): MetadataDraft {
  const orders = draft.metadata['sort-orders']
  const same = orders.find((old) => isDeepStrictEqual(old.fields, order.fields))
  if (same !== undefined) return { ...draft, lastOrderId: same['order-id'] }
  checkOrder(order, newestSchema(draft.metadata))
  // 0 is the order of what is not sorted, and nothing else.
  const id = order.fields.length === 0 ? 0 : Math.max(0, ...orders.map((old) => old['order-id'])) + 1
  return { ...changed(draft, { 'sort-orders': [...orders, { ...order, 'order-id': id }] }), lastOrderId: id }
}
