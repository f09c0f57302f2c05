import type { RelationIndex } from '../bind/relation-index.ts'
import { quoteName, type Statement, wordsAt } from '../gate/statement.ts'
import type { TableRelation } from '../engine-host.ts'
import type { Description, Parameter } from '../wire/query-service.ts'
import type { WriteAnswer } from '../wire/write-service.ts'
import { composeWrite } from './bind/compose-write.ts'
import { findTarget } from './bind/find-target.ts'
import { refuseOurNames, targetRelation } from './bind/write-names.ts'
import { parseWrite } from './grammar/parse-write.ts'
import type { WriteStatement } from './grammar/write-statement.ts'
import { onTarget, type TargetQuery, type TargetWork } from './on-target.ts'
import { returnedRelation, returnedRows, type Returning, returningText } from './returned-rows.ts'
import { withAdded, withWork } from './run/change-table.ts'
import { writeWork } from './run/work-file.ts'
import { readFiles, rowsIn, writeDataFiles } from './run/write-files.ts'
import { truncateTables } from './truncate-tables.ts'
import { describeComposed, typesOfComposed } from './types-of.ts'
import type { WriteParts } from './write-parts.ts'
import type { PendingTable } from '../snapshot/pending-table.ts'

/** INSERT, UPDATE, DELETE, MERGE and TRUNCATE of one session. */
export interface RowWrites {
  describe(statement: Statement, declared: readonly number[]): Promise<Description>
  run(statement: Statement, parameters: readonly Parameter[]): Promise<WriteAnswer>
}

export function rowWrites(parts: WriteParts): RowWrites {
  const { services, settings, statements, changes } = parts
  const targetIn = (relations: RelationIndex, parsed: WriteStatement): TableRelation =>
    findTarget(parsed.target.table, relations, [...settings.searchPath, 'public'])

  const composed = async (parsed: WriteStatement, declared: readonly number[]): Promise<TargetQuery> => {
    const target = targetIn(await services.relations.current(), parsed)
    const typesOf = (text: string) =>
      typesOfComposed(statements, text, [targetRelation(target, 'with places')], declared)
    const { query, readsPlaces } = await composeWrite(parsed, { target, typesOf })
    return { target, query, given: [targetRelation(target, readsPlaces ? 'with places' : 'none')] }
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
    async run(statement, parameters) {
      if (isTruncate(statement)) return truncateTables(parts, statement)
      const parsed = parsedWrite(statement)
      const declared = parameters.map(({ oid }) => oid)
      // What deliveries have accepted is there for a statement that looks for rows; what comes later is after it.
      if (parsed.kind !== 'insert')
        await services.host.flush(nameOf(targetIn(await services.relations.current(), parsed)))
      const done = await onTarget(
        parts,
        () => composed(parsed, declared),
        parameters,
        async (work) => {
          const { pending, count, rows } = await changed(parsed, work)
          const returning = returningOf(parsed, work.target)
          return { pending, count, returned: returning && (await returnedRows(parts, returning, rows, parameters)) }
        },
      )
      changes.set(done.pending)
      const tag = `${parsed.kind.toUpperCase()}${parsed.kind === 'insert' ? ' 0' : ''} ${done.count}`
      return done.returned ? { tag, returned: done.returned } : { tag }
    },
  }
}

function isTruncate({ tokens }: Statement): boolean {
  return wordsAt(tokens, 0, 'truncate')
}

function parsedWrite(statement: Statement): WriteStatement {
  refuseOurNames(statement)
  return parseWrite(statement)
}

const nameOf = ({ schema, name }: TableRelation) => ({ schema, name })

function returningOf({ returning, target: written }: WriteStatement, target: TableRelation): Returning | undefined {
  if (!returning) return undefined
  return { list: returning, target, alias: written.alias ?? written.table.parts.at(-1)! }
}

/** What the statement has written; nothing of the session has changed yet. */
async function changed(
  { kind }: WriteStatement,
  work: TargetWork,
): Promise<{ readonly pending: PendingTable; readonly count: number; readonly rows: string }> {
  const { query, plan, before, target } = work
  if (kind !== 'insert') {
    const found = await writeWork(work, kind, query, target)
    const pending = found.count === 0 ? before : await withWork(before, plan, found, work)
    return { pending, count: found.count, rows: found.rows ?? found.all }
  }
  const added = await writeDataFiles(work, query)
  const columns = target.columns.map(({ name }) => quoteName(name)).join(', ')
  const rows = added.length
    ? `SELECT ${columns} FROM ${readFiles(...added.map(({ path }) => path))}`
    : `SELECT ${columns} FROM (${query}) WHERE false`
  return { pending: withAdded(before, added), count: rowsIn(added), rows }
}
