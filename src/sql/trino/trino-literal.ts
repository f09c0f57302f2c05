import { sqlError } from '../sql-error.ts'
import { quoteText, type Statement, wordsAt } from '../gate/statement.ts'
import { arrayElements } from '../wire/parameter-text.ts'
import { pgTypeOfOid, type PgType, pgTypes } from '../wire/pg-type.ts'
import type { Parameter } from '../wire/query-service.ts'

/** Trino's names of the types that a client declares. */
const declaredTypes: Readonly<Record<string, string>> = {
  bool: 'boolean',
  bytea: 'varbinary',
  int8: 'bigint',
  int2: 'smallint',
  int4: 'integer',
  oid: 'bigint',
  text: 'varchar',
  varchar: 'varchar',
  bpchar: 'varchar',
  name: 'varchar',
  char: 'varchar',
  json: 'json',
  jsonb: 'json',
  float4: 'real',
  float8: 'double',
  date: 'date',
  time: 'time(6)',
  timestamp: 'timestamp(6)',
  timestamptz: 'timestamp(6) with time zone',
  numeric: 'decimal',
  uuid: 'uuid',
}

/** Trino's type for a declared OID; undefined for 0. SQLSTATE 0A000 for one that Trino has no literal of. */
export function declaredType(oid: number): string | undefined {
  if (oid === 0 || oid === 705) return undefined
  const found = pgTypeOfOid(oid)
  const name = found && declaredTypes[found.type.name]
  if (name === undefined)
    throw sqlError('WEIR-6001', `a parameter of type ${found?.type.name ?? oid} cannot be sent to Trino`, {
      sqlstate: '0A000',
      hint: 'Leave its type open, or write the value into the statement.',
    })
  return found!.array ? `array(${name})` : name
}

/** Whether a number of rows stands at `at`: there Trino takes bare digits only. */
export function isRowCount({ tokens }: Statement, at: number): boolean {
  return ['limit', 'offset', 'first', 'next'].some((word) => wordsAt(tokens, at - 1, word))
}

/** A value as Trino's SQL; `type` undefined: its place takes any. */
export function trinoLiteral(parameter: Parameter, type: string | undefined, timeZone: string): string {
  const { text } = parameter
  if (text === null) return type === undefined || type === 'decimal' ? 'NULL' : `CAST(NULL AS ${type})`
  if (text.includes('\0')) throw sqlError('WEIR-6005', 'a text parameter holds a zero byte', { sqlstate: '22021' })
  if (type === undefined) return quoteText(text)
  const element = /^array\((.*)\)$/.exec(type)?.[1]
  if (element !== undefined) {
    // Beside || Trino takes what it is not told for an array.
    const isText = parameter.oid === 0 && !arrayElements(text)
    return isText ? quoteText(text) : arrayLiteral(text, element, timeZone)
  }
  const base = withoutDigits(type)
  const literal = literals[base]
  if (!literal)
    throw sqlError('WEIR-6001', `a parameter of Trino's type ${type} cannot be sent`, {
      sqlstate: '0A000',
      hint: 'Write the value into the statement.',
    })
  return literal(text, type, timeZone)
}

/** A number of rows. */
export function rowCountLiteral({ text }: Parameter, { tokens }: Statement, at: number): string {
  if (text === null) return wordsAt(tokens, at - 1, 'limit') ? 'ALL' : wordsAt(tokens, at - 1, 'offset') ? '0' : '1'
  if (!/^\s*\+?\d+\s*$/.test(text)) throw wrong('bigint', text)
  return text.trim().replace('+', '')
}

type Literal = (text: string, type: string, timeZone: string) => string

const whole: Literal = (text, type) => {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw wrong(type, text)
  return `CAST(${quoteText(text.trim())} AS ${type})`
}
const floating: Literal = (text, type) => `CAST(${quoteText(text.trim())} AS ${type})`
const plain: Literal = (text) => quoteText(text)

const literals: Readonly<Record<string, Literal>> = {
  boolean: (text) => {
    const word = text.trim().toLowerCase()
    if (/^(t|true|y|yes|on|1)$/.test(word)) return 'true'
    if (/^(f|false|n|no|off|0)$/.test(word)) return 'false'
    throw wrong('boolean', text)
  },
  tinyint: whole,
  smallint: whole,
  integer: whole,
  bigint: whole,
  real: floating,
  double: floating,
  // With the digits that it has: a cast to the type of its place would round it.
  decimal: (text) => {
    if (!/^\s*[-+]?(\d+(\.\d*)?|\.\d+)\s*$/.test(text)) throw wrong('numeric', text)
    return `(DECIMAL ${quoteText(text.trim())})`
  },
  varchar: plain,
  char: plain,
  unknown: plain,
  varbinary: (text) => `X'${text.startsWith('\\x') ? text.slice(2) : Buffer.from(text).toString('hex')}'`,
  json: (text) => `JSON ${quoteText(text)}`,
  uuid: (text) => `UUID ${quoteText(text)}`,
  date: (text) => `DATE ${quoteText(partsOf(text, 'date').date)}`,
  time: (text) => {
    const [, time] = /^\s*(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*$/.exec(text) ?? []
    if (time === undefined) throw wrong('time', text)
    return `CAST(TIME ${quoteText(time)} AS time(6))`
  },
  timestamp: (text) => {
    const { date, time } = partsOf(text, 'timestamp')
    return `CAST(TIMESTAMP ${quoteText(`${date} ${time}`)} AS timestamp(6))`
  },
  'timestamp with time zone': (text, _, timeZone) => {
    const { date, time, zone } = partsOf(text, 'timestamptz')
    const moment = `${date} ${time} ${zone ?? timeZone}`
    return `CAST(TIMESTAMP ${quoteText(moment)} AS timestamp(6) with time zone)`
  },
}

const moment = /^\s*(\d{4,}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?\s*$/i

/** ISO 8601, as drivers send it. */
function partsOf(
  text: string,
  type: string,
): { readonly date: string; readonly time: string; readonly zone: string | undefined } {
  const [, date, time = '00:00:00', zone] = moment.exec(text) ?? []
  if (date === undefined)
    throw sqlError('WEIR-6005', `invalid input syntax for type ${type}: "${text}"`, {
      sqlstate: '22007',
      hint: 'Write it as ISO 8601: 2024-02-29, 2024-02-29 04:05:06.789+00.',
    })
  return { date, time, zone: zone && zoneText(zone) }
}

function zoneText(zone: string): string {
  if (/^(z|utc)$/i.test(zone)) return 'UTC'
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0')
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`
}

function arrayLiteral(text: string, element: string, timeZone: string): string {
  const elements = arrayElements(text)
  if (!elements) throw sqlError('WEIR-6005', `malformed array literal: "${text}"`, { sqlstate: '22P02' })
  const items = elements.map((item) => trinoLiteral({ text: item, oid: 0 }, element, timeZone))
  return element === 'decimal' ? `ARRAY[${items.join(', ')}]` : `CAST(ARRAY[${items.join(', ')}] AS array(${element}))`
}

function wrong(type: string, text: string): Error {
  return sqlError('WEIR-6005', `invalid input syntax for type ${type}: "${text}"`, { sqlstate: '22P02' })
}

const withoutDigits = (type: string): string => type.replace(/\(.*?\)/, '')

/** PostgreSQL's OID of a type by the name that DESCRIBE INPUT gives. */
export function oidOfTrinoName(type: string): number {
  const element = /^array\((.*)\)$/.exec(type)?.[1]
  const base = withoutDigits(element ?? type)
  const name =
    base === 'tinyint' ? 'int2' : Object.entries(declaredTypes).find(([, one]) => withoutDigits(one) === base)?.[0]
  const found = name === undefined ? undefined : (pgTypes as Readonly<Record<string, PgType>>)[name]
  return found === undefined ? 25 : element === undefined ? found.oid : found.arrayOid
}
