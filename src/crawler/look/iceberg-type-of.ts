import { fieldName } from '../../lake/types/print-type.ts'

const primitives: Readonly<Record<string, string>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'int',
  SMALLINT: 'int',
  INTEGER: 'int',
  UTINYINT: 'int',
  USMALLINT: 'int',
  UINTEGER: 'long',
  BIGINT: 'long',
  UBIGINT: 'decimal(20,0)',
  FLOAT: 'float',
  DOUBLE: 'double',
  DATE: 'date',
  TIME: 'time',
  TIMESTAMP: 'timestamp',
  TIMESTAMP_S: 'timestamp',
  TIMESTAMP_MS: 'timestamp',
  TIMESTAMP_NS: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
  VARCHAR: 'string',
  JSON: 'string',
  UUID: 'uuid',
  BLOB: 'binary',
}

/** The Iceberg type that holds all values of a DuckDB type, as DESCRIBE prints it; undefined when there is none. */
export function icebergTypeOf(type: string): string | undefined {
  const text = type.trim()
  if (text.endsWith('[]')) {
    const element = icebergTypeOf(text.slice(0, -2))
    return element && `list<${element}>`
  }
  const primitive = primitives[text]
  if (primitive) return primitive
  if (text.startsWith('ENUM(')) return 'string'
  const [, kind, inner] = /^(DECIMAL|STRUCT|MAP)\((.*)\)$/s.exec(text) ?? []
  if (kind === 'DECIMAL') return `decimal(${inner})`
  if (kind === 'STRUCT') return structOf(inner!)
  if (kind !== 'MAP') return undefined
  const [key, value] = partsOf(inner!).map(icebergTypeOf)
  return key && value && `map<${key}, ${value}>`
}

function structOf(inner: string): string | undefined {
  const fields = partsOf(inner).map((part) => {
    const [, quoted, plain, type] = /^(?:"((?:[^"]|"")*)"|(\S+)) (.*)$/s.exec(part.trim()) ?? []
    const inside = type === undefined ? undefined : icebergTypeOf(type)
    const name = quoted?.replaceAll('""', '"') ?? plain
    return inside === undefined || name === undefined || name === '' ? undefined : `${fieldName(name)}: ${inside}`
  })
  return fields.includes(undefined) ? undefined : `struct<${fields.join(', ')}>`
}

/** Splits at commas outside brackets and quotes. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (text[at] === '(') depth++
    else if (text[at] === ')') depth--
    else if (text[at] === ',' && depth === 0) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...parts, text.slice(start)]
}
