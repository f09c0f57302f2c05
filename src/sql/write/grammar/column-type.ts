import { parseType } from '../../../lake/types/parse-type.ts'
import { printType } from '../../../lake/types/print-type.ts'
import { sqlError } from '../../sql-error.ts'
import type { Fragment } from './token-reader.ts'

/** PostgreSQL's types by their words, and what they are in Iceberg. */
const types: Readonly<Record<string, string>> = {
  smallint: 'int',
  int2: 'int',
  int: 'int',
  int4: 'int',
  integer: 'int',
  bigint: 'long',
  int8: 'long',
  real: 'float',
  float4: 'float',
  float: 'double',
  float8: 'double',
  'double precision': 'double',
  text: 'string',
  varchar: 'string',
  char: 'string',
  bpchar: 'string',
  character: 'string',
  'character varying': 'string',
  bool: 'boolean',
  boolean: 'boolean',
  date: 'date',
  time: 'time',
  'time without time zone': 'time',
  timestamp: 'timestamp',
  'timestamp without time zone': 'timestamp',
  timestamptz: 'timestamptz',
  'timestamp with time zone': 'timestamptz',
  uuid: 'uuid',
  bytea: 'binary',
}

const hints: Readonly<Record<string, string>> = {
  numeric: 'Say how many digits it has: numeric(12, 2).',
  decimal: 'Say how many digits it has: decimal(12, 2).',
  serial: 'There are no sequences: use bigint and give the values.',
  bigserial: 'There are no sequences: use bigint and give the values.',
  json: 'Use text, or a type with fields: struct<a: int, b: string>.',
  jsonb: 'Use text, or a type with fields: struct<a: int, b: string>.',
}

/** The Iceberg type that a column of this SQL type has; Iceberg's own names are taken too. SQLSTATE 42704 for one that is not known. */
export function columnType(fragment: Fragment): string {
  const { text, position } = fragment
  const [, base = text, brackets = ''] = /^([^]*?)((?:\s*\[\s*\d*\s*\])*)$/.exec(text.trim()) ?? []
  const lists = brackets.match(/\[/g)?.length ?? 0
  const element = scalarType(base.trim(), position)
  return Array.from({ length: lists }).reduce<string>((type) => `list<${type}>`, element)
}

function scalarType(text: string, position: number): string {
  const words = text.toLowerCase().replaceAll(/\s+/g, ' ')
  const [, digits] = /^(?:numeric|decimal|dec) ?\( ?(\d+ ?(?:, ?\d+)?) ?\)$/.exec(words) ?? []
  if (digits !== undefined) {
    const [precision, scale = '0'] = digits.split(',')
    return `decimal(${precision!.trim()}, ${scale.trim()})`
  }
  const known = types[words.replace(/ ?\( ?\d+ ?\)/, '')]
  if (known) return known
  const name = /^[a-z]+/.exec(words)?.[0] ?? words
  if (hints[name])
    throw sqlError('WEIR-6001', `type ${name} is not supported for a column`, {
      sqlstate: '0A000',
      position,
      hint: hints[name],
    })
  try {
    return printType(parseType(text))
  } catch (cause) {
    throw sqlError('WEIR-6003', `type "${text}" does not exist`, { sqlstate: '42704', position }, cause)
  }
}
