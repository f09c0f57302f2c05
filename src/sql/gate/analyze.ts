import type { DuckDBConnection } from '@duckdb/node-api'
import { sqlError } from '../sql-error.ts'
import { checkScalarFunction, checkTableFunction, type FunctionNames } from './functions.ts'
import { columnNamesOf, partsOf, type QueryParts, type TreeNode } from './parse-tree.ts'

/** A query that may run, as far as its statement and functions go; its tables are still to be found. */
export interface Analysis {
  readonly parts: QueryParts
  readonly columnNames: readonly (string | undefined)[] | undefined
}

/** Parses with DuckDB's own parser, so that what is checked is what will run, and refuses what reaches beyond tables. */
export interface Analyzer {
  /** WEIR-6001 to 6004. The text is one statement. `ours` names the schema of Weir's own functions, which text made by us uses. */
  analyze(text: string): Promise<Analysis>
  /** PostgreSQL's names of a query's columns; nothing is checked, and nothing is known of a text that does not parse. */
  columnNames(text: string): Promise<readonly (string | undefined)[] | undefined>
}

const remembered = 500

export async function createAnalyzer(connection: DuckDBConnection, ourSchemas: ReadonlySet<string>): Promise<Analyzer> {
  const functions = await functionNames(connection)
  const cache = new Map<string, Analysis>()
  const parse = await connection.prepare(
    'SELECT json_serialize_sql($1::VARCHAR, skip_null := false, skip_empty := false, format := false)',
  )
  let turn: Promise<unknown> = Promise.resolve()

  const serialize = async (text: string): Promise<ParseResult> => {
    parse.bindVarchar(1, text)
    const reader = await parse.runAndReadAll()
    return JSON.parse(String(reader.getRows()[0]![0])) as ParseResult
  }
  // One prepared statement, one user at a time.
  const inTurn = (text: string): Promise<ParseResult> => {
    const next = turn.then(
      () => serialize(text),
      () => serialize(text),
    )
    turn = next
    return next
  }
  return {
    async analyze(text) {
      const known = cache.get(text)
      if (known) return known
      const analysis = check(await inTurn(text), text, functions, ourSchemas)
      if (cache.size >= remembered) cache.delete(cache.keys().next().value!)
      cache.set(text, analysis)
      return analysis
    },
    async columnNames(text) {
      const node = (await inTurn(text)).statements?.[0]?.node
      return node && columnNamesOf(node)
    },
  }
}

interface ParseResult {
  readonly error: boolean
  readonly error_type?: string
  readonly error_message?: string
  readonly position?: string
  readonly statements?: readonly { readonly node: TreeNode }[]
}

function check(result: ParseResult, text: string, known: FunctionNames, ourSchemas: ReadonlySet<string>): Analysis {
  if (result.error) throw parseError(result, text)
  const [statement, ...more] = result.statements ?? []
  if (!statement || more.length)
    throw sqlError('WEIR-6001', 'one statement at a time is allowed here', { sqlstate: '42601' })
  const parts = partsOf(statement.node)
  const at = (bytes: number | undefined) => (bytes === undefined ? undefined : characterAt(text, bytes))
  for (const { name, schema, position } of parts.functions) {
    if (!ourSchemas.has(schema)) checkScalarFunction(name, known, at(position))
  }
  for (const { name, position } of parts.tableFunctions) checkTableFunction(name, at(position))
  if (parts.others.length)
    throw sqlError('WEIR-6001', `${parts.others[0]} is not allowed in FROM`, {
      sqlstate: '0A000',
      hint:
        parts.others[0] === 'AT (…)'
          ? 'A view reads its tables as they are now; in a statement a moment stands right after a table, with VERSION or TIMESTAMP.'
          : 'Query tables, views, subqueries and VALUES.',
    })
  return { parts, columnNames: columnNamesOf(statement.node) }
}

function parseError(result: ParseResult, text: string): Error {
  if (result.error_type === 'not implemented')
    return sqlError('WEIR-6001', 'only queries are allowed here: SELECT, WITH, VALUES and TABLE', { sqlstate: '0A000' })
  const position = Number(result.position)
  return sqlError('WEIR-6002', result.error_message ?? 'syntax error', {
    sqlstate: '42601',
    ...(Number.isFinite(position) && position >= 0 ? { position: characterAt(text, position + 1) } : {}),
  })
}

/** A 1-based byte position as a 1-based character position. */
function characterAt(text: string, bytePosition: number): number {
  return (
    Buffer.from(text)
      .subarray(0, bytePosition - 1)
      .toString('utf8').length + 1
  )
}

async function functionNames(connection: DuckDBConnection): Promise<FunctionNames> {
  const reader = await connection.runAndReadAll(
    "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type IN ('scalar', 'aggregate', 'macro')",
  )
  const windowOnly =
    'row_number rank dense_rank rank_dense percent_rank cume_dist ntile lag lead first_value last_value nth_value fill'
  const syntax = 'coalesce grouping grouping_id nullif unnest struct_pack list_value row array_agg'
  return {
    scalar: new Set([
      ...reader.getRows().map(([name]) => String(name)),
      ...windowOnly.split(' '),
      ...syntax.split(' '),
    ]),
  }
}
