import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeTZValue,
  DuckDBTimeValue,
  type DuckDBType,
  type DuckDBValue,
  DuckDBVarCharType,
  FLOAT,
  INTEGER,
  INTERVAL,
  LIST,
  MAP,
  SMALLINT,
  STRUCT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  TIMETZ,
  UUID,
  VARCHAR,
} from '@duckdb/node-api'
import { sqlError } from '../sql-error.ts'
import { parseDay, parseOffset, parseTime, parseTimestamp, parseZonedTimestamp } from './instants.ts'
import type { TypeArgument, TypeSignature } from './parse-page.ts'

/** A type of Trino's as DuckDB has it, and how its values are read out of JSON. */
export interface TrinoType {
  readonly duckdb: DuckDBType
  /** Never called for null. */
  readonly read: (json: unknown) => DuckDBValue
}

const scalar = (duckdb: DuckDBType, read: (json: unknown) => DuckDBValue): TrinoType => ({ duckdb, read })
const asText = (json: unknown): string => json as string

/** Values come as JSON's own, or as text; as keys of a map all come as text. */
const scalars: Readonly<Record<string, TrinoType>> = {
  boolean: scalar(BOOLEAN, (json) => json === true || json === 'true'),
  tinyint: scalar(SMALLINT, Number),
  smallint: scalar(SMALLINT, Number),
  integer: scalar(INTEGER, Number),
  bigint: scalar(BIGINT, (json) => BigInt(json as number | bigint | string)),
  real: scalar(FLOAT, (json) => Math.fround(Number(json))),
  double: scalar(DOUBLE, Number),
  varchar: scalar(VARCHAR, asText),
  char: scalar(VARCHAR, asText),
  ipaddress: scalar(VARCHAR, asText),
  unknown: scalar(VARCHAR, asText),
  varbinary: scalar(BLOB, (json) => new DuckDBBlobValue(Buffer.from(asText(json), 'base64'))),
  uuid: scalar(UUID, asText),
  json: scalar(DuckDBVarCharType.create('JSON'), asText),
  date: scalar(DATE, (json) => new DuckDBDateValue(parseDay(asText(json)))),
  time: scalar(TIME, (json) => new DuckDBTimeValue(parseTime(asText(json)))),
  'time with time zone': scalar(TIMETZ, (json) => zonedTime(asText(json))),
  timestamp: scalar(TIMESTAMP, (json) => new DuckDBTimestampValue(parseTimestamp(asText(json)))),
  'timestamp with time zone': scalar(
    TIMESTAMPTZ,
    (json) => new DuckDBTimestampTZValue(parseZonedTimestamp(asText(json))),
  ),
  'interval year to month': scalar(INTERVAL, (json) => months(asText(json))),
  'interval day to second': scalar(INTERVAL, (json) => daysAndTime(asText(json))),
}

/** SQLSTATE 0A000 for a type that has no form here. */
export function trinoType(signature: TypeSignature, shown: string): TrinoType {
  const { rawType, arguments: args } = signature
  switch (rawType) {
    case 'decimal':
      return decimal(numberOf(args[0]), numberOf(args[1]))
    case 'array':
      return list(trinoType(typeOf(args[0]), shown))
    case 'map':
      return map(typeOf(args[0]), trinoType(typeOf(args[1]), shown), shown)
    case 'row':
      return row(args, shown)
    default:
      return scalars[rawType] ?? unknownType(shown)
  }
}

function unknownType(shown: string): never {
  throw sqlError('WEIR-6001', `type ${shown} of Trino's has no form in PostgreSQL`, {
    sqlstate: '0A000',
    hint: 'Cast it in the query, to varchar, json or varbinary.',
  })
}

const numberOf = (argument: TypeArgument | undefined): number => (argument?.kind === 'LONG' ? argument.value : 0)
const typeOf = (argument: TypeArgument | undefined): TypeSignature =>
  argument?.kind === 'TYPE' ? argument.value : { rawType: 'unknown', arguments: [] }

function decimal(width: number, scale: number): TrinoType {
  const read = (json: unknown) => new DuckDBDecimalValue(BigInt(asText(json).replace('.', '')), width, scale)
  return scalar(DECIMAL(width, scale), read)
}

const orNull = ({ read }: TrinoType, json: unknown): DuckDBValue => (json === null ? null : read(json))

function list(element: TrinoType): TrinoType {
  const read = (json: unknown) => new DuckDBListValue((json as readonly unknown[]).map((item) => orNull(element, item)))
  return scalar(LIST(element.duckdb), read)
}

function map(keySignature: TypeSignature, value: TrinoType, shown: string): TrinoType {
  // The text of such a key is for people to read.
  if (['row', 'array', 'map'].includes(keySignature.rawType)) unknownType(shown)
  const key = trinoType(keySignature, shown)
  const read = (json: unknown) =>
    new DuckDBMapValue(
      Object.entries(json as Record<string, unknown>).map(([text, item]) => ({
        key: key.read(text),
        value: orNull(value, item),
      })),
    )
  return scalar(MAP(key.duckdb, value.duckdb), read)
}

function row(args: readonly TypeArgument[], shown: string): TrinoType {
  const fields = args.flatMap((argument, at) =>
    argument.kind === 'NAMED_TYPE'
      ? [{ name: argument.value.fieldName?.name ?? `field${at}`, type: trinoType(argument.value.typeSignature, shown) }]
      : [],
  )
  if (new Set(fields.map(({ name }) => name)).size < fields.length) unknownType(shown)
  const read = (json: unknown) => {
    const values = json as readonly unknown[]
    return new DuckDBStructValue(
      Object.fromEntries(fields.map(({ name, type }, at) => [name, orNull(type, values[at] ?? null)])),
    )
  }
  return scalar(STRUCT(Object.fromEntries(fields.map(({ name, type }) => [name, type.duckdb]))), read)
}

function zonedTime(text: string): DuckDBTimeTZValue {
  const at = Math.max(text.lastIndexOf('+'), text.lastIndexOf('-'))
  return DuckDBTimeTZValue.fromMicrosAndOffset(parseTime(text.slice(0, at)), parseOffset(text.slice(at)))
}

/** `1-2`, `-1-2`: years and months, of one sign. */
function months(text: string): DuckDBIntervalValue {
  const [, sign, years, rest] = /^(-?)(\d+)-(\d+)$/.exec(text) ?? []
  const count = Number(years) * 12 + Number(rest)
  return new DuckDBIntervalValue(sign ? -count : count, 0, 0n)
}

/** `-2 03:04:05.678`: days and time, of one sign. */
function daysAndTime(text: string): DuckDBIntervalValue {
  const [, sign, days, time = ''] = /^(-?)(\d+) (.*)$/.exec(text) ?? []
  const micros = parseTime(time)
  return sign ? new DuckDBIntervalValue(0, -Number(days), -micros) : new DuckDBIntervalValue(0, Number(days), micros)
}
