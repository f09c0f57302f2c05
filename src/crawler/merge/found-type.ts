import { parseType } from '../../lake/types/parse-type.ts'
import { printType } from '../../lake/types/print-type.ts'
import type { Field, IcebergType } from '../../lake/types/type.ts'
import type { FileFormat } from '../crawled-table.ts'
import { commonType } from './common-type.ts'

/** In a struct or a list of which no value was seen: it goes together with every other, and becomes text in a table. */
export const unknownType = 'unknown'

export function isNestedType(type: string): boolean {
  return type.includes('<')
}

/**
 * The type that holds what a table's column holds and what a file has; undefined when there is none. Structs get the members of both. Text in
 * a table of CSV or JSON holds whatever is written; `orText` makes text of what does not go together, as deep inside as that is.
 */
export function roomForType(known: string, found: string, format: FileFormat, orText = false): string | undefined {
  if (known === found) return known
  if (!isNestedType(known) && !isNestedType(found)) {
    const common = isText(known, format) ? known : commonType(known, found, format)
    return common ?? (orText ? 'string' : undefined)
  }
  const common = merged(parseType(known, [unknownType]), parseType(found, [unknownType]), { format, orText })
  return common && normal(common)
}

/** As a table has it. */
export function withoutUnknown(type: string): string {
  return isNestedType(type) ? normal(known(parseType(type, [unknownType]))) : type
}

interface Merge {
  readonly format: FileFormat
  readonly orText: boolean
}

function merged(a: IcebergType, b: IcebergType, merge: Merge): IcebergType | undefined {
  if (b === unknownType || (typeof a === 'string' && isText(a, merge.format))) return a
  if (a === unknownType) return b
  return ofOneKind(a, b, merge) ?? (merge.orText ? 'string' : undefined)
}

function ofOneKind(a: IcebergType, b: IcebergType, merge: Merge): IcebergType | undefined {
  if (typeof a === 'string') return typeof b === 'string' ? commonType(a, b, merge.format) : undefined
  if (typeof b === 'string') return undefined
  if (a.type === 'list' && b.type === 'list') {
    const element = merged(a.element, b.element, merge)
    return element && { ...a, element }
  }
  if (a.type === 'map' && b.type === 'map') {
    const [key, value] = [merged(a.key, b.key, merge), merged(a.value, b.value, merge)]
    return key && value && { ...a, key, value }
  }
  return a.type === 'struct' && b.type === 'struct' ? mergedStruct(a.fields, b.fields, merge) : undefined
}

function mergedStruct(a: readonly Field[], b: readonly Field[], merge: Merge): IcebergType | undefined {
  const fields = new Map(a.map((field) => [field.name.toLowerCase(), field]))
  for (const field of b) {
    const key = field.name.toLowerCase()
    const own = fields.get(key)
    const type = own ? merged(own.type, field.type, merge) : field.type
    if (type === undefined || (own && own.name !== field.name)) return undefined
    fields.set(key, { ...(own ?? field), type })
  }
  return { type: 'struct', fields: [...fields.values()] }
}

function known(type: IcebergType): IcebergType {
  if (type === unknownType) return 'string'
  if (typeof type === 'string') return type
  if (type.type === 'list') return { ...type, element: known(type.element) }
  if (type.type === 'map') return { ...type, key: known(type.key), value: known(type.value) }
  return { ...type, fields: type.fields.map((field) => ({ ...field, type: known(field.type) })) }
}

const isText = (type: string, format: FileFormat): boolean => format !== 'parquet' && type === 'string'

/** One type is written in one way: what is compared as text is the same. */
function normal(type: IcebergType): string {
  return printType(parseType(printType(type), [unknownType]))
}
