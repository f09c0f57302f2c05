import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBListType,
  type DuckDBType,
  DuckDBTypeId as Id,
} from '@duckdb/node-api'
import { type PgType, pgTypes } from './pg-type.ts'

/** How a DuckDB type goes over the wire. */
export interface ResultType {
  readonly duckdb: DuckDBType
  readonly pg: PgType
  /** An array of `pg`. */
  readonly array: boolean
  readonly typmod: number
}

const scalar: Readonly<Partial<Record<Id, PgType>>> = {
  [Id.BOOLEAN]: pgTypes.bool,
  [Id.TINYINT]: pgTypes.int2,
  [Id.UTINYINT]: pgTypes.int2,
  [Id.SMALLINT]: pgTypes.int2,
  [Id.USMALLINT]: pgTypes.int4,
  [Id.INTEGER]: pgTypes.int4,
  [Id.UINTEGER]: pgTypes.int8,
  [Id.BIGINT]: pgTypes.int8,
  [Id.UBIGINT]: pgTypes.numeric,
  [Id.HUGEINT]: pgTypes.numeric,
  [Id.UHUGEINT]: pgTypes.numeric,
  [Id.BIGNUM]: pgTypes.numeric,
  [Id.DECIMAL]: pgTypes.numeric,
  [Id.FLOAT]: pgTypes.float4,
  [Id.DOUBLE]: pgTypes.float8,
  [Id.VARCHAR]: pgTypes.text,
  [Id.ENUM]: pgTypes.text,
  [Id.BLOB]: pgTypes.bytea,
  [Id.DATE]: pgTypes.date,
  [Id.TIME]: pgTypes.time,
  [Id.TIME_NS]: pgTypes.time,
  [Id.TIME_TZ]: pgTypes.timetz,
  [Id.TIMESTAMP]: pgTypes.timestamp,
  [Id.TIMESTAMP_S]: pgTypes.timestamp,
  [Id.TIMESTAMP_MS]: pgTypes.timestamp,
  [Id.TIMESTAMP_NS]: pgTypes.timestamp,
  [Id.TIMESTAMP_TZ]: pgTypes.timestamptz,
  [Id.INTERVAL]: pgTypes.interval,
  [Id.UUID]: pgTypes.uuid,
  [Id.BIT]: pgTypes.varbit,
  [Id.SQLNULL]: pgTypes.text,
}

/**
 * PostgreSQL's type for a DuckDB type. Lists of plain values are arrays; structs, maps and lists of those are `json`,
 * which every client reads.
 */
export function resultTypeOf(type: DuckDBType): ResultType {
  if (type.alias === 'JSON') return { duckdb: type, pg: pgTypes.json, array: false, typmod: -1 }
  if (type instanceof DuckDBDecimalType)
    return { duckdb: type, pg: pgTypes.numeric, array: false, typmod: ((type.width << 16) | type.scale) + 4 }
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    const inner = resultTypeOf(type.valueType)
    if (!inner.array && inner.pg.oid !== pgTypes.json.oid) return { ...inner, duckdb: type, array: true }
  }
  return { duckdb: type, pg: scalar[type.typeId] ?? pgTypes.json, array: false, typmod: -1 }
}

/** The OID that goes into RowDescription. */
export const oidOf = (type: ResultType): number => (type.array ? type.pg.arrayOid : type.pg.oid)

/** What DuckDB's CAST names a declared parameter type; undefined for what DuckDB must find out itself. */
export function duckdbNameOf(pg: PgType): string | undefined {
  return castNames[pg.name]
}

const castNames: Readonly<Record<string, string>> = {
  bool: 'BOOLEAN',
  bytea: 'BLOB',
  int8: 'BIGINT',
  int2: 'SMALLINT',
  int4: 'INTEGER',
  oid: 'BIGINT',
  regclass: 'BIGINT',
  regtype: 'BIGINT',
  text: 'VARCHAR',
  varchar: 'VARCHAR',
  bpchar: 'VARCHAR',
  name: 'VARCHAR',
  char: 'VARCHAR',
  json: 'JSON',
  jsonb: 'JSON',
  float4: 'FLOAT',
  float8: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timetz: 'TIMETZ',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
  interval: 'INTERVAL',
  uuid: 'UUID',
  varbit: 'BIT',
}
