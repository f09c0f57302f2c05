import type { WriteNeeds } from '../bind/relation-rights.ts'
import type { RelationIndex } from '../bind/relation-index.ts'
import { quoteName, type Statement, wordsAt } from '../gate/statement.ts'
import type { TableName, TableRelation } from '../engine-host.ts'
import type { Description, Parameter } from '../wire/query-service.ts'
import type { WriteAnswer } from '../wire/write-service.ts'
import { composeWrite } from './bind/compose-write.ts'
import { bringsKeys } from './bind/table-key.ts'
import { withMisfit } from './bind/misfit-value.ts'
import { findTarget } from './bind/find-target.ts'
import { refuseOurNames, targetRelation } from './bind/write-names.ts'
import { parseWrite } from './grammar/parse-write.ts'
import type { WriteStatement } from './grammar/write-statement.ts'
import { onTarget, type TargetQuery, type TargetWork } from './on-target.ts'
import { returnedRelation, returnedRows, type Returning, returningText } from './returned-rows.ts'
import { withAdded, withWork } from './run/change-table.ts'
import { withUniqueKeys } from './run/check-keys.ts'
import { twiceChanged, type WorkKind, writeWork } from './run/work-file.ts'
import { runOurs } from './run/run-ours.ts'
import { insertedRows, rowsIn, type RunOurs, writeDataFiles } from './run/write-files.ts'
import { runAlone } from './alone/run-alone.ts'
import { truncatedTables, truncateTables } from './truncate-tables.ts'
import { describeComposed, typesOfComposed } from './types-of.ts'
import type { WriteParts } from './write-parts.ts'
import type { PendingTable } from '../snapshot/pending-table.ts'

/** INSERT, UPDATE, DELETE, MERGE and TRUNCATE of one session. */
export interface RowWrites {
  describe(statement: Statement, declared: readonly number[]): Promise<Description>
  run(statement: Statement, parameters: readonly Parameter[]): Promise<WriteAnswer>
  runAlone(statement: Statement, parameters: readonly Parameter[]): Promise<WriteAnswer>
}

export function rowWrites(parts: WriteParts): RowWrites {
  const { services, settings, statements, changes } = parts
  const searchPath = () => [...settings.searchPath, 'public']
  const targetIn = (relations: RelationIndex, parsed: WriteStatement): TableRelation =>
    findTarget(parsed.target.table, relations, searchPath(), needsOf(parsed))

  const composed = async (parsed: WriteStatement, declared: readonly number[]): Promise<TargetQuery> => {
    const target = targetIn(await services.relations.current(), parsed)
    const typesOf = (text: string) =>
      typesOfComposed(statements, text, [targetRelation(target, 'with places')], declared)
    const { query, readsPlaces, nulls = [] } = await composeWrite(parsed, { target, typesOf })
    return { target, query, nulls, given: [targetRelation(target, readsPlaces ? 'with places' : 'none')] }
  }
  return {
    async describe(statement, declared) {
      if (isTruncate(statement)) return { columns: [], parameterOids: [] }
      const parsed = parsedWrite(statement)
      const { target, query, given } = await composed(parsed, declared)
      const { parameterOids } = await describeComposed(statements, query, given, declared)
      const returning = returningOf(parsed, target)
      if (!returning) return { columns: [], parameterOids }
      const rows = [returnedRelation(target, '')]
      const described = await describeComposed(statements, returningText(returning), rows, declared)
      return { columns: described.columns, parameterOids: Object.assign([...described.parameterOids], parameterOids) }
    },
    runAlone: (statement, parameters) =>
      runAlone(parts, { tables: () => tablesLookedThrough(statement), run: () => run(statement, parameters) }),
    run,
  }

  async function run(statement: Statement, parameters: readonly Parameter[]): Promise<WriteAnswer> {
    if (isTruncate(statement)) return truncateTables(parts, statement)
    const started = statements.cancellations
    const parsed = parsedWrite(statement)
    const declared = parameters.map(({ oid }) => oid)
    // What deliveries have accepted is there for a statement that looks for rows; what comes later is after it.
    const found = targetIn(await services.relations.current(), parsed)
    if (looksForRows(parsed, found)) await services.host.flush(nameOf(found))
    statements.mustNotBeCanceled(started)
    const done = await onTarget(
      parts,
      () => composed(parsed, declared),
      parameters,
      async (work) => {
        const { pending, count, rows } = await changed(parsed, work)
        const returning = returningOf(parsed, work.target)
        return { pending, count, returned: returning && (await returnedRows(parts, returning, rows, parameters)) }
      },
    ).catch(async (error: unknown) => {
      const run = (sql: string) => runOnOwn(parts, sql)
      throw await withMisfit(error, parsed, found, parameters, run)
    })
    changes.set(done.pending)
    const tag = `${parsed.kind.toUpperCase()}${parsed.kind === 'insert' ? ' 0' : ''} ${done.count}`
    return done.returned ? { tag, returned: done.returned } : { tag }
  }

  /** Others can be first in those only. */
  async function tablesLookedThrough(statement: Statement): Promise<readonly TableName[]> {
    const relations = await services.relations.current()
    if (isTruncate(statement)) return truncatedTables(statement, relations, searchPath()).map(nameOf)
    const parsed = parsedWrite(statement)
    const found = targetIn(relations, parsed)
    return looksForRows(parsed, found) ? [nameOf(found)] : []
  }
}

function looksForRows(parsed: WriteStatement, target: TableRelation): boolean {
  return parsed.kind !== 'insert' || bringsKeys(parsed, target)
}

function needsOf(statement: WriteStatement): WriteNeeds {
  if (statement.kind !== 'insert') return 'whole rows'
  const { conflict, returning } = statement
  if (conflict?.action.kind === 'update') return 'whole rows'
  return conflict || returning ? 'rows and reads' : 'rows'
}

async function runOnOwn({ statements }: WriteParts, sql: string): ReturnType<RunOurs> {
  const lent = await statements.connections.take()
  try {
    return await runOurs(lent.connection, statements.interruptible)(sql)
  } finally {
    statements.connections.give(lent)
  }
}

function isTruncate({ tokens }: Statement): boolean {
  return wordsAt(tokens, 0, 'truncate')
}

function parsedWrite(statement: Statement): WriteStatement {
  refuseOurNames(statement)
  return parseWrite(statement)
}

const columnsOf = ({ columns }: TableRelation): string => columns.map(({ name }) => quoteName(name)).join(', ')

const nameOf = ({ schema, name }: TableName): TableName => ({ schema, name })

function returningOf({ returning, target: written }: WriteStatement, target: TableRelation): Returning | undefined {
  if (!returning) return undefined
  return { list: returning, target, alias: written.alias ?? written.table.parts.at(-1)! }
}

interface Changed {
  readonly pending: PendingTable
  readonly count: number
  /** A query of the rows for RETURNING. */
  readonly rows: string
}

/** What the statement has written; nothing of the session has changed yet. */
async function changed(statement: WriteStatement, work: TargetWork): Promise<Changed> {
  if (statement.kind !== 'insert') return changedRows(statement, statement.kind, work)
  if (statement.conflict) return changedRows(statement, 'upsert', work)
  const { query, before, target } = work
  const added = await writeDataFiles(work, query)
  const rows = added.length
    ? insertedRows(work, target.columns, added)
    : `SELECT ${columnsOf(target)} FROM (${query}) WHERE false`
  const pending = await withUniqueKeys(withAdded(before, added), { files: added }, work)
  return { pending, count: rowsIn(added), rows }
}

async function changedRows(statement: WriteStatement, kind: WorkKind, work: TargetWork): Promise<Changed> {
  const { query, plan, before, target } = work
  const found = await writeWork(work, kind, query, target)
  // Rows to write have more columns in version 3: their lineage.
  const counted = {
    count: found.count,
    rows: found.rows ? `SELECT ${columnsOf(target)} FROM (${found.rows})` : found.all,
  }
  if (found.count === 0) return { ...counted, pending: before }
  const { table, rows } = await withWork(before, plan, found, work)
  if (!bringsKeys(statement, target)) return { ...counted, pending: table }
  const written = { files: rows, gone: found.places, ...(kind === 'upsert' ? { twice: twiceChanged(kind) } : {}) }
  return { ...counted, pending: await withUniqueKeys(table, written, work) }
}
