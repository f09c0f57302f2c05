import { primitiveOf } from '../../record/schema/primitive.ts'
import type { IcebergType } from './type.ts'

/**
 * The part of a type that Weir reads but cannot write, or undefined. DuckDB writes `fixed[n]` as bytes of any length, and
 * other engines refuse the file; the types of format version 3 have no place in tables of version 2.
 */
export function unwritablePart(type: IcebergType): string | undefined {
  if (typeof type === 'string') {
    const { name } = primitiveOf(type)
    return name === 'fixed' || name.endsWith('_ns') ? type : undefined
  }
  const parts =
    type.type === 'struct'
      ? type.fields.map((field) => field.type)
      : type.type === 'list'
        ? [type.element]
        : [type.key, type.value]
  for (const part of parts) {
    const found = unwritablePart(part)
    if (found !== undefined) return found
  }
  return undefined
}
