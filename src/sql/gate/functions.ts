import { nearestName } from '../../kernel/nearest.ts'
import { sqlError } from '../sql-error.ts'

/** Table functions that touch nothing but their arguments. All others are refused: most of them read files or settings. */
const tableFunctions = new Set(
  'range generate_series unnest repeat json_each json_tree generate_subscripts regexp_split_to_table pg_timezone_names'.split(
    ' ',
  ),
)

/** Scalar functions that reach beyond their arguments, or that are DuckDB's own machinery. */
const refused = new Set(
  `getenv getvariable write_log parse_duckdb_log_message json_serialize_plan json_deserialize_sql json_execute_serialized_sql
  nextval currval sleep_ms stats vector_type txid_current current_query_id current_connection_id current_transaction_id
  current_query in_search_path set_config current_setting add_parquet_key sql_auto_complete cast_to_type`.split(/\s+/),
)

/** What DuckDB knows, by `duckdb_functions()`. */
export interface FunctionNames {
  readonly scalar: ReadonlySet<string>
}

/** What there is in the place of PostgreSQL's functions by names that are not near. */
const stands: ReadonlyMap<string, string> = new Map([
  ['to_char', "Use strftime(time, '%Y-%m-%d') for times and format('{:.2f}', number) for numbers."],
])

/** WEIR-6004 for a function that is refused, WEIR-6003 for one that does not exist. */
export function checkScalarFunction(name: string, known: FunctionNames, position: number | undefined): void {
  if (refused.has(name) || /^(__internal|duckdb_|pragma_|read_|parquet_|sniff_|icu_collate)/.test(name))
    throw denied(name, position)
  if (known.scalar.has(name) || tableFunctions.has(name)) return
  if (/^[a-z_]\w*$/i.test(name) === false) return
  const nearest = nearestName(name, known.scalar)
  const hint = stands.get(name) ?? (nearest ? `Did you mean ${nearest}?` : undefined)
  throw sqlError('WEIR-6003', `function ${name} does not exist`, {
    sqlstate: '42883',
    ...(position === undefined ? {} : { position }),
    ...(hint ? { hint } : {}),
  })
}

/** WEIR-6004 for every table function that is not known to be harmless. */
export function checkTableFunction(name: string, position: number | undefined): void {
  if (!tableFunctions.has(name)) throw denied(name, position)
}

function denied(name: string, position: number | undefined): Error {
  return sqlError(
    'WEIR-6004',
    `function ${name} is not allowed here: queries reach tables and views, no files and no settings`,
    {
      sqlstate: '42501',
      ...(position === undefined ? {} : { position }),
      hint: 'Bring files in through a stream and a delivery.',
    },
  )
}
