import type { Field, IcebergType, Schema } from './type.ts'

/** A column, a field within one, or what a list or map holds, by its own id. */
export interface ColumnAt {
  readonly id: number
  /** From the outermost: `address.zip`, `tags.element`, `scores.value`. */
  readonly path: string
  /** 0 for a column, 1 for what it holds. */
  readonly depth: number
  readonly type: IcebergType
  readonly required: boolean
  readonly doc?: string
  readonly initialDefault?: unknown
  readonly writeDefault?: unknown
}

/** Everything in a schema that has an id, each before what it holds. */
export function columnsOf(schema: Schema): readonly ColumnAt[] {
  return schema.fields.flatMap((field) => withInner(ofField(field, '', 0), field.type))
}

/** Those of primitive types: what files keep counts and bounds of. */
export function leafColumns(schema: Schema): readonly ColumnAt[] {
  return columnsOf(schema).filter(({ type }) => typeof type === 'string')
}

function ofField(field: Field, prefix: string, depth: number): ColumnAt {
  const { id, name, type, required, doc } = field
  const initial = field['initial-default']
  const write = field['write-default']
  return {
    id,
    path: prefix + name,
    depth,
    type,
    required,
    ...(doc === undefined ? {} : { doc }),
    ...(initial === undefined ? {} : { initialDefault: initial }),
    ...(write === undefined ? {} : { writeDefault: write }),
  }
}

function withInner(column: ColumnAt, type: IcebergType): readonly ColumnAt[] {
  if (typeof type === 'string') return [column]
  const { path } = column
  const depth = column.depth + 1
  if (type.type === 'struct')
    return [column, ...type.fields.flatMap((field) => withInner(ofField(field, `${path}.`, depth), field.type))]
  if (type.type === 'list') {
    const element = {
      id: type['element-id'],
      path: `${path}.element`,
      depth,
      type: type.element,
      required: type['element-required'],
    }
    return [column, ...withInner(element, type.element)]
  }
  const key = { id: type['key-id'], path: `${path}.key`, depth, type: type.key, required: true }
  const value = {
    id: type['value-id'],
    path: `${path}.value`,
    depth,
    type: type.value,
    required: type['value-required'],
  }
  return [column, ...withInner(key, type.key), ...withInner(value, type.value)]
}
