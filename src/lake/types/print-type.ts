import type { IcebergType } from './type.ts'

/** The text that `parseType` reads. */
export function printType(type: IcebergType): string {
  if (typeof type === 'string') return type
  if (type.type === 'list') return `list<${printType(type.element)}>`
  if (type.type === 'map') return `map<${printType(type.key)}, ${printType(type.value)}>`
  const fields = type.fields.map(
    ({ name, type: inner, required }) => `${fieldName(name)}: ${printType(inner)}${required ? ' required' : ''}`,
  )
  return `struct<${fields.join(', ')}>`
}

/** A field's name as types have it. */
export function fieldName(name: string): string {
  return /^[\p{L}\p{N}_$-]+$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
