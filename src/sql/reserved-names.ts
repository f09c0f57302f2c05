import { sqlError } from './sql-error.ts'

/** What databases of the engine are called: DuckDB would take a schema of that name for one of them. */
const databases = 'temp|system|memory|weir_exact|weir_(session|owner|blank|pg|is|shapes)_[0-9]+'
const reserved = `information_schema|pg_.*|${databases}`
const isReserved = new RegExp(`^(${reserved})$`, 'i')
const isDatabase = new RegExp(`^(${databases})$`, 'i')

/** What the name of a namespace must be for SQL to find it. */
export const findableSchema = new RegExp(`^(?!(${reserved})$)`, 'i')
export const reservedSchemas =
  'SQL keeps information_schema, temp, system, memory and names that begin with pg_ for itself'

/** SQLSTATE 42939 for a name that no statement could find tables by. */
export function mustBeFindableSchema(schema: string, position?: number): void {
  if (isReserved.test(schema))
    throw sqlError('WEIR-6001', `unacceptable schema name "${schema}"`, {
      sqlstate: '42939',
      ...(position === undefined ? {} : { position }),
      hint: `Choose another name: ${reservedSchemas}.`,
    })
}

/** The same for a table: one of PostgreSQL's catalog stands before it. */
export function mustBeFindableTable(name: string, position?: number): void {
  if (/^pg_/i.test(name))
    throw sqlError('WEIR-6001', `unacceptable table name "${name}"`, {
      sqlstate: '42939',
      ...(position === undefined ? {} : { position }),
      hint: 'Choose another name: those that begin with pg_ are of the system catalog.',
    })
}

/** SQLSTATE 42939 for a table that a client of the catalog made where SQL does not find it. */
export function mustBeFound(
  { schema, name }: { readonly schema: string; readonly name: string },
  position?: number,
): void {
  if (isDatabase.test(schema))
    throw sqlError(
      'WEIR-6001',
      `${schema}.${name} is not read by SQL: the engine takes "${schema}" for a database of its own`,
      {
        sqlstate: '42939',
        ...(position === undefined ? {} : { position }),
        hint: 'Rename it to a table of another namespace, as a client of the catalog: POST /iceberg/v1/tables/rename.',
      },
    )
}
