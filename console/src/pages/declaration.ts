import type { FieldSchema } from '../api/kinds.ts'
import type { Resource } from '../api/resource.ts'

/** The TypeScript that declares a resource as it is now; what is at its default is left out, references are values. */
export function declarationOf({ kind, name, spec, tags }: Resource, schema: FieldSchema | undefined): string {
  const given = withoutDefaults(spec, schema)
  const fields = Object.entries(given).map(([field, value]) => `  ${keyOf(field)}: ${textOf(kind, field, value)},`)
  if (Object.keys(tags).length > 0) fields.push(`  tags: ${literal(tags, 1)},`)
  const options = fields.length === 0 ? '' : `, {\n${fields.join('\n')}\n}`
  return `const ${identifierOf(kind, name)} = ${kind}(${quote(name)}${options})\n`
}

const referenced: Readonly<Record<string, string>> = { 'delivery.from': 'stream', 'delivery.to': 'table' }

function textOf(kind: string, field: string, value: unknown): string {
  const other = referenced[`${kind}.${field}`]
  if (other !== undefined && typeof value === 'string') return identifierOf(other, value)
  if (kind === 'table' && field === 'columns') return literal(shortColumns(value as object), 1)
  return literal(value, 1)
}

function withoutDefaults(spec: Readonly<Record<string, unknown>>, schema: FieldSchema | undefined) {
  const found: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(spec)) {
    const declared = schema?.properties?.[field]
    if (declared && 'default' in declared && JSON.stringify(declared.default) === JSON.stringify(value)) continue
    if (!declared?.properties || !isObject(value)) found[field] = value
    else {
      const inner = withoutDefaults(value, declared)
      if (Object.keys(inner).length > 0) found[field] = inner
    }
  }
  return found
}

/** A column that has but a type is written as its type. */
function shortColumns(columns: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(columns as Readonly<Record<string, unknown>>).map(([name, column]) => {
      if (!isObject(column)) return [name, column]
      const { type, required, ...rest } = column
      return [name, required || Object.keys(rest).length > 0 ? column : type]
    }),
  )
}

function literal(value: unknown, depth: number): string {
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, depth)).join(', ')}]`
  if (!isObject(value)) return String(value)
  const entries = Object.entries(value).map(([key, each]) => `${keyOf(key)}: ${literal(each, depth + 1)}`)
  const line = `{ ${entries.join(', ')} }`
  if (line.length <= 60) return entries.length === 0 ? '{}' : line
  const indent = '  '.repeat(depth)
  return `{\n${entries.map((entry) => `${indent}  ${entry},\n`).join('')}${indent}}`
}

function quote(text: string): string {
  if (text.includes('\n')) return `\`${text.replaceAll(/[\\`$]/g, '\\$&')}\``
  return text.includes("'") ? JSON.stringify(text) : `'${text.replaceAll('\\', '\\\\')}'`
}

function keyOf(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key)
}

/** A stream and its table often share a name: the variable of a table says so. */
function identifierOf(kind: string, name: string): string {
  const words = `${name}${kind === 'table' ? '-table' : ''}`.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const joined = words.map((word, at) => (at === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join('')
  return /^[A-Za-z]/.test(joined) ? joined : `_${joined}`
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
