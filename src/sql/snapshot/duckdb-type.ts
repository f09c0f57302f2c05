import { WeirError } from '../../kernel/errors/weir-error.ts'

const primitives: Readonly<Record<string, string>> = {
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
  string: 'VARCHAR',
  uuid: 'UUID',
  binary: 'BLOB',
}

/** DuckDB's name of an Iceberg type as users write it: `list<struct<sku: string, count: int>>`. */
export function duckdbTypeOf(type: string): string {
  const text = type.trim()
  const primitive = primitives[text]
  if (primitive) return primitive
  const [, kind, inner] = /^(list|map|struct|decimal|fixed)\s*[<([](.*)[>)\]]$/s.exec(text) ?? []
  const parts = inner === undefined ? [] : splitTop(inner)
  if (kind === 'decimal') return `DECIMAL(${parts.map((part) => part.trim()).join(', ')})`
  if (kind === 'fixed') return 'BLOB'
  if (kind === 'list' && parts.length === 1) return `${duckdbTypeOf(parts[0]!)}[]`
  if (kind === 'map' && parts.length === 2) return `MAP(${duckdbTypeOf(parts[0]!)}, ${duckdbTypeOf(parts[1]!)})`
  if (kind === 'struct') return `STRUCT(${parts.map(fieldOf).join(', ')})`
  throw new WeirError('WEIR-9001', `"${type}" is not an Iceberg type`)
}

function fieldOf(field: string): string {
  const colon = field.indexOf(':')
  return `"${field.slice(0, colon).trim().replaceAll('"', '""')}" ${duckdbTypeOf(field.slice(colon + 1))}`
}

/** Splits at commas outside brackets. */
function splitTop(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at++) {
    if ('<([{'.includes(text[at]!)) depth++
    else if ('>)]}'.includes(text[at]!)) depth--
    else if (text[at] === ',' && depth === 0) [parts[parts.length], start] = [text.slice(start, at), at + 1]
  }
  return [...parts, text.slice(start)]
}
