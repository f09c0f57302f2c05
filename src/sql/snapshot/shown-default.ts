import { writeDefaultSql } from '../../lake/types/default-value.ts'
import { printType } from '../../lake/types/print-type.ts'
import type { Field } from '../../lake/types/type.ts'

/** PostgreSQL's words for the types of which it casts a literal. */
const casts: Readonly<Record<string, string>> = {
  int: 'integer',
  long: 'bigint',
  float: 'real',
  double: 'double precision',
  decimal: 'numeric',
  string: 'text',
  date: 'date',
  time: 'time without time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  uuid: 'uuid',
  binary: 'bytea',
}

/** A `write-default` as PostgreSQL's catalog shows it: `5`, `'-5'::integer`, `'new'::text`; undefined without one. */
export function shownDefault(field: Field): string | undefined {
  const value = field['write-default'] as string | number | bigint | boolean | null | undefined
  if (value === undefined || value === null) return undefined
  const [name = ''] = /^[a-z]+/.exec(printType(field.type)) ?? []
  const cast = casts[name]
  if (typeof value === 'boolean') return String(value)
  if (cast === undefined || typeof field.type !== 'string') return writeDefaultSql(field)
  const text = textOf(name, String(value))
  const isPlain = /^(int|long|float|double|decimal)$/.test(name) && /^\d+(\.\d+)?$/.test(text)
  return isPlain && (name !== 'long' || Number(text) < 2 ** 31) ? text : `'${text.replaceAll("'", "''")}'::${cast}`
}

function textOf(name: string, text: string): string {
  if (name === 'timestamp') return text.replace('T', ' ')
  if (name === 'timestamptz') return text.replace('T', ' ').replace('+00:00', '+00')
  return name === 'binary' ? `\\x${text}` : text
}
