import type { DuckDBConnection } from '@duckdb/node-api'
import { parseJson } from '../../lake/json.ts'
import type { TableName } from '../engine-host.ts'
import { anything, isNode, nodesOf, scanFilterOf, type ScanFilter } from './scan-filter.ts'

/** What a statement asks of the rows of each table, by `schema.name` in lower case; tables of which it wants all are left out. */
export type PlanFilters = ReadonlyMap<string, ScanFilter>

export const noFilters: PlanFilters = new Map()

export const tableKey = ({ schema, name }: TableName): string => `${schema}.${name}`.toLowerCase()

interface Scan {
  readonly table: string
  readonly filter: ScanFilter
}

/**
 * The conditions that DuckDB pushes down to the scans of this database, for a row that a statement cannot want whatever else is in
 * the tables. A table that is read in several places is asked for what any of them asks. Nothing for a statement that is no SELECT
 * or does not bind.
 */
export async function planFilters(connection: DuckDBConnection, database: string, text: string): Promise<PlanFilters> {
  const [bound, optimized] = (await plansOf(connection, text)).map((plan) => collectScans(plan, database))
  const filters = new Map<string, ScanFilter>()
  const wantedBy = Map.groupBy(bound ?? [], ({ table }) => table)
  for (const [table, scans] of Map.groupBy(optimized ?? [], (scan) => scan.table)) {
    // A scan that has gone from the plan may be there when the data is: then this says nothing.
    if (scans.length < (wantedBy.get(table)?.length ?? Infinity)) continue
    if (scans.every(({ filter }) => filter !== anything)) filters.set(table, { any: scans.map(({ filter }) => filter) })
  }
  return filters
}

const plan = (optimize: boolean): string =>
  `json_serialize_plan($1::VARCHAR, skip_null := false, skip_empty := false, skip_default := false, optimize := ${optimize})`

/** The plan as it is bound, and as it is optimized; none for a statement that has none. */
async function plansOf(connection: DuckDBConnection, text: string): Promise<readonly unknown[]> {
  const prepared = await connection.prepare(`SELECT ${plan(false)}, ${plan(true)}`)
  try {
    prepared.bindVarchar(1, text)
    const reader = await prepared.runAndReadAll()
    const plans = reader.getRows()[0]!.map((json) => parseJson(String(json)))
    return plans.every((found) => isNode(found) && found['error'] === false) ? plans : []
  } catch {
    // It does not bind, or holds a constant that JSON has no word for: whoever runs it will hear of it, or read all.
    return []
  } finally {
    prepared.destroySync()
  }
}

function collectScans(value: unknown, database: string): Scan[] {
  if (Array.isArray(value)) return value.flatMap((item) => collectScans(item, database))
  if (!isNode(value)) return []
  const inside = Object.values(value).flatMap((item) => collectScans(item, database))
  const data = value['function_data']
  if (value['type'] !== 'LOGICAL_GET' || !isNode(data) || data['catalog'] !== database) return inside
  const table = tableKey({ schema: String(data['schema']), name: String(data['table']) })
  return [{ table, filter: filterOf(value) }, ...inside]
}

/** All conditions of one scan hold together. */
function filterOf(get: Readonly<Record<string, unknown>>): ScanFilter {
  const names = Array.isArray(get['names']) ? get['names'].map(String) : []
  const held = isNode(get['table_filters']) ? nodesOf(get['table_filters']['filters']) : []
  const filters = held.flatMap(({ key, value }) => {
    const name = typeof key === 'number' ? names[key] : undefined
    const filter = name === undefined ? anything : scanFilterOf(name, value)
    return filter === anything ? [] : [filter]
  })
  return filters.length > 0 ? { all: filters } : anything
}
