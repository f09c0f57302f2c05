import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { PreparedCommit } from '../commit/prepared-commit.ts'
import { fieldsById, type LocatedField } from '../types/schema.ts'
import { tableSchema } from './read.ts'
import type { SortField, TableMetadata } from './table-metadata.ts'
import { takesType } from './transform-types.ts'

/** A partition field, or a part of a sort order, over a column that is named from the top. */
export interface LayoutField {
  readonly column: readonly string[]
  /** `identity` when absent. */
  readonly transform?: string
}

export interface DeclaredPartition extends LayoutField {
  /** Of the value in partition tuples and folders: `at_day`. */
  readonly name: string
}

export interface DeclaredSort extends LayoutField {
  readonly direction?: SortField['direction']
  /** First when ascending and last when descending, if absent. */
  readonly nullOrder?: SortField['null-order']
}

/**
 * The commit that partitions what is written from then on otherwise; files there are keep their partitions (specification,
 * partition evolution). A column under a transform keeps its field id over all specs. `WEIR-4011` for what cannot be.
 */
export function preparePartitioning(metadata: TableMetadata, fields: readonly DeclaredPartition[]): PreparedCommit {
  const columns = columnsByPath(metadata)
  const names = new Set<string>()
  const bound = fields.map(({ column, transform = 'identity', name }) => {
    const source = sourceOf(columns, column, transform)
    if (names.has(name)) throw new WeirError('WEIR-4011', `The partition field ${name} stands twice`)
    names.add(name)
    const twin = tableSchema(metadata).fields.find((one) => one.name === name)
    if (twin !== undefined && !(twin.id === source.id && transform === 'identity'))
      throw new WeirError('WEIR-4011', `The partition field ${name} has the name of a column; choose another name`)
    return { 'source-id': source.id, transform, name }
  })
  return {
    requirements: [
      ...sameColumns(metadata),
      { type: 'assert-default-spec-id', 'default-spec-id': metadata['default-spec-id'] },
      { type: 'assert-last-assigned-partition-id', 'last-assigned-partition-id': metadata['last-partition-id'] },
    ],
    updates: [
      { action: 'add-spec', spec: { fields: bound } },
      { action: 'set-default-spec', 'spec-id': -1 },
    ],
  }
}

/** The commit that makes this the order of files written from then on; without fields they have none. `WEIR-4011` likewise. */
export function prepareSortOrder(metadata: TableMetadata, fields: readonly DeclaredSort[]): PreparedCommit {
  const columns = columnsByPath(metadata)
  const seen = new Set<string>()
  for (const { column, transform = 'identity' } of fields) {
    const term = JSON.stringify([column, transform])
    if (seen.has(term)) throw new WeirError('WEIR-4011', `${column.join('.')} stands twice in the order; leave one out`)
    seen.add(term)
  }
  const bound = fields.map(({ column, transform = 'identity', direction = 'asc', nullOrder }): SortField => ({
    transform,
    'source-id': sourceOf(columns, column, transform).id,
    direction,
    'null-order': nullOrder ?? (direction === 'asc' ? 'nulls-first' : 'nulls-last'),
  }))
  return {
    requirements: [
      ...sameColumns(metadata),
      { type: 'assert-default-sort-order-id', 'default-sort-order-id': metadata['default-sort-order-id'] },
    ],
    updates: [
      { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: bound } },
      { action: 'set-default-sort-order', 'sort-order-id': -1 },
    ],
  }
}

function sameColumns(metadata: TableMetadata): PreparedCommit['requirements'] {
  return [
    { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
    { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
  ]
}

function columnsByPath(metadata: TableMetadata): ReadonlyMap<string, LocatedField> {
  const located = [...fieldsById(tableSchema(metadata).fields).values()]
  return new Map(located.map((field) => [JSON.stringify(field.path), field]))
}

function sourceOf(
  columns: ReadonlyMap<string, LocatedField>,
  path: readonly string[],
  transform: string,
): LocatedField {
  const [name, found] = [path.join('.'), columns.get(JSON.stringify(path))]
  if (found === undefined) throw new WeirError('WEIR-4011', `There is no column ${name}`)
  if (typeof found.type !== 'string' || found.repeated)
    throw new WeirError('WEIR-4011', `${name} has no single value a row, so nothing can be partitioned or sorted by it`)
  if (!takesType(transform, found.type))
    throw new WeirError('WEIR-4011', `${transform} cannot be applied to ${name}, which is ${found.type}`)
  return found
}
