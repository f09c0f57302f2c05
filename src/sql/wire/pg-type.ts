/** A type as PostgreSQL's clients know it. */
export interface PgType {
  readonly name: string
  readonly oid: number
  readonly arrayOid: number
  /** Bytes of a value, -1 when it varies. */
  readonly size: number
}

const define = (name: string, oid: number, arrayOid: number, size: number): PgType => ({ name, oid, arrayOid, size })

/** Those that a result or a parameter may have; OIDs of PostgreSQL's pg_type.dat. */
export const pgTypes = {
  bool: define('bool', 16, 1000, 1),
  bytea: define('bytea', 17, 1001, -1),
  char: define('char', 18, 1002, 1),
  name: define('name', 19, 1003, 64),
  int8: define('int8', 20, 1016, 8),
  int2: define('int2', 21, 1005, 2),
  int4: define('int4', 23, 1007, 4),
  text: define('text', 25, 1009, -1),
  oid: define('oid', 26, 1028, 4),
  json: define('json', 114, 199, -1),
  float4: define('float4', 700, 1021, 4),
  float8: define('float8', 701, 1022, 8),
  unknown: define('unknown', 705, 0, -2),
  bpchar: define('bpchar', 1042, 1014, -1),
  varchar: define('varchar', 1043, 1015, -1),
  date: define('date', 1082, 1182, 4),
  time: define('time', 1083, 1183, 8),
  timestamp: define('timestamp', 1114, 1115, 8),
  timestamptz: define('timestamptz', 1184, 1185, 8),
  interval: define('interval', 1186, 1187, 16),
  timetz: define('timetz', 1266, 1270, 12),
  varbit: define('varbit', 1562, 1563, -1),
  numeric: define('numeric', 1700, 1231, -1),
  regclass: define('regclass', 2205, 2210, 4),
  regtype: define('regtype', 2206, 2211, 4),
  uuid: define('uuid', 2950, 2951, 16),
  jsonb: define('jsonb', 3802, 3807, -1),
} as const satisfies Record<string, PgType>

const byOid = new Map<number, { readonly type: PgType; readonly array: boolean }>()
for (const type of Object.values(pgTypes)) {
  byOid.set(type.oid, { type, array: false })
  if (type.arrayOid) byOid.set(type.arrayOid, { type, array: true })
}

/** The type of an OID, and whether it is an array of it. */
export const pgTypeOfOid = (oid: number): { readonly type: PgType; readonly array: boolean } | undefined =>
  byOid.get(oid)
