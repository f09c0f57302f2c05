import { mustTellColumnsApart } from '../bind/relation-rights.ts'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DuckDBTimestampTZValue } from '@duckdb/node-api'
import type { Moment } from '../../lake/history/find-snapshot.ts'
import { toLong } from '../../lake/json.ts'
import { atMoment } from '../bind/at-moment.ts'
import type { BoundRelations } from '../bind/binder.ts'
import { boundText, inferParameters } from '../bind/infer-parameters.ts'
import { tableKey } from '../blank/plan-filters.ts'
import type { EngineServices } from '../engine/services.ts'
import type { TableRelation } from '../engine-host.ts'
import type { Pin, ReadRelation } from '../snapshot/table-plan.ts'
import { sqlError } from '../sql-error.ts'
import type { Parameter } from '../wire/query-service.ts'
import { momentSchema, type MomentClause } from './lift-moments.ts'

/** What is said of a statement that reads tables as they were. */
export interface DatedStatement {
  readonly bound: BoundRelations
  readonly clauses: readonly MomentClause[]
}

/** Runs `work` on a connection in the session's time zone, on which no table is to be found. */
export type WithoutTables = <T>(work: (connection: DuckDBConnection) => Promise<T>) => Promise<T>

/** The relations of the statement with those that its moments are. `rebind` when the relations have changed since it was bound. */
export async function pinMoments(
  services: EngineServices,
  { bound, clauses }: DatedStatement,
  parameters: readonly Parameter[],
  withoutTables: WithoutTables,
): Promise<BoundRelations | 'rebind'> {
  if (clauses.length === 0) return bound
  const moments: Moment[] = []
  for (const clause of clauses) moments.push(await momentOf(services, clause, parameters, withoutTables))
  const { version: relations, dated } = bound
  const names = [...new Map(dated.map(({ schema, name }) => [tableKey({ schema, name }), { schema, name }])).values()]
  const resolution = await services.resolve({ tables: names, relations }, false)
  if (resolution === 'other relations') return 'rebind'
  const byName = new Map(resolution.tables.map((table) => [tableKey(table), table]))
  const pins: Pin[] = []
  for (const [i, table] of dated.entries()) {
    const resolved = byName.get(tableKey(table))
    if (!resolved) throw sqlError('WEIR-6003', `table ${table.schema}.${table.name} was dropped`, { sqlstate: '42P01' })
    const pin = await services.planner.pin(resolved, moments[i]!)
    mustTellColumnsApart({ ...table, columns: pin.columns })
    pins.push(pin)
  }
  return withDated(
    bound,
    pins.map((pin, i) => ({ ...standIn(i, { ...dated[i]!, columns: pin.columns }), pin })),
  )
}

/** The relations as far as they are known without the values of moments: as if each was now. */
export function pinLater(bound: BoundRelations): BoundRelations {
  return withDated(
    bound,
    bound.dated.map((table, i) => standIn(i, table)),
  )
}

/** What of the table is masked now was masked then. */
function standIn(index: number, { columns, rights }: TableRelation): ReadRelation {
  return { schema: momentSchema, name: String(index + 1), columns, ...(rights ? { rights } : {}) }
}

function withDated(bound: BoundRelations, dated: readonly ReadRelation[]): BoundRelations {
  const meaning = dated.map(({ pin, columns }) => (pin ? `${pin.snapshotId}.${pin.schemaId}` : JSON.stringify(columns)))
  return { ...bound, tables: [...bound.tables, ...dated], datedAs: meaning.join() }
}

async function momentOf(
  { analyzer }: EngineServices,
  clause: MomentClause,
  parameters: readonly Parameter[],
  withoutTables: WithoutTables,
): Promise<Moment> {
  const value = atMoment(clause.value, Date.now())
  return withoutTables(async (connection) => {
    const text = await boundText(value, parameters, (declared) => inferParameters(connection, value, declared))
    const { parts } = await analyzer.analyze(text)
    const fault = (message: string, sqlstate: string) =>
      sqlError('WEIR-6002', message, { sqlstate, position: clause.position })
    if (parts.tables.length > 0 || parts.tableFunctions.length > 0)
      throw fault(`the ${clause.unit} of ${clause.table.name} must be a constant: it reads a table`, '42601')
    const reader = await connection.runAndReadAll(text)
    const found = reader.getRows()[0]?.[0]
    if (found === null || found === undefined)
      throw fault(`the ${clause.unit} of ${clause.table.name} is null`, '22004')
    if (found instanceof DuckDBTimestampTZValue) return { by: 'time', microseconds: found.micros }
    if (typeof found === 'string') return { by: 'name', name: found }
    if (typeof found === 'number' && Number.isInteger(found)) return { by: 'id', id: found }
    if (typeof found === 'bigint') return { by: 'id', id: toLong(found) }
    throw fault(
      `the version of ${clause.table.name} is a snapshot's id, or the name of a branch or tag, not a ${reader.columnType(0).toString()}`,
      '42804',
    )
  })
}
