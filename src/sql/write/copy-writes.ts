import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ColumnRelation, TableRelation } from '../engine-host.ts'
import { quoteName, type Statement } from '../gate/statement.ts'
import type { ReadRelation } from '../snapshot/table-plan.ts'
import type { WriteAnswer } from '../wire/write-service.ts'
import { columnText } from './bind/compose-context.ts'
import { leftOut } from './bind/compose-insert.ts'
import { findColumns, findTarget, writableColumns } from './bind/find-target.ts'
import { defaultOf } from './bind/value-text.ts'
import { broughtName, refuseOurNames, targetRelation, writeSchema } from './bind/write-names.ts'
import { type CopyFromStatement, parseCopyFrom } from './copy/parse-copy-from.ts'
import { splitRecords } from './copy/split-records.ts'
import { lineColumn, storeRecords, type StoredRecords, textColumn } from './copy/store-records.ts'
import { misfitText, textValue } from './copy/text-value.ts'
import { onTarget } from './on-target.ts'
import { withAdded } from './run/change-table.ts'
import { withUniqueKeys } from './run/check-keys.ts'
import { runOurs } from './run/run-ours.ts'
import { rowsIn, writeDataFiles } from './run/write-files.ts'
import type { WriteParts } from './write-parts.ts'

/** COPY … FROM STDIN of one session. */
export interface CopyWrites {
  copyColumns(statement: Statement): Promise<number>
  copyFrom(statement: Statement, data: AsyncIterable<Buffer>): Promise<WriteAnswer>
}

interface OpenedCopy {
  readonly parsed: CopyFromStatement
  readonly target: TableRelation
  readonly columns: readonly ColumnRelation[]
}

export function copyWrites(parts: WriteParts): CopyWrites {
  const { services, settings, changes, scratch } = parts
  const opened = async (parsed: CopyFromStatement): Promise<OpenedCopy> => {
    const relations = await services.relations.current()
    const target = findTarget(parsed.table, relations, [...settings.searchPath, 'public'], 'rows')
    const columns = parsed.columns ? findColumns(parsed.columns, target) : writableColumns(target)
    return { parsed, target, columns }
  }
  return {
    async copyColumns(statement) {
      refuseOurNames(statement)
      return (await opened(parseCopyFrom(statement))).columns.length
    },
    async copyFrom(statement, data) {
      const copy = await opened(parseCopyFrom(statement))
      const { parsed, target, columns } = copy
      const names = columns.map(({ name }) => name)
      const splitter = splitRecords(parsed.format, names, target.name)
      const path = `${await scratch.folder()}/brought.csv`
      const stored = await storeRecords(data, splitter, columns.length, path)
      const query = async () => {
        const now = await opened(parsed)
        return {
          target: now.target,
          query: rowsQuery(now),
          nulls: leftOut(now.columns, now.target),
          given: [targetRelation(now.target, 'none'), brought(now, stored)],
        }
      }
      if (target.key) await services.host.flush({ schema: target.schema, name: target.name })
      const done = await onTarget(parts, query, [], async (work) => {
        const added = await writeDataFiles(work, work.query)
        const pending = await withUniqueKeys(withAdded(work.before, added), { files: added }, work)
        return { pending, count: rowsIn(added) }
      }).catch(async (error: unknown) => {
        throw await withLine(parts, error, copy, stored)
      })
      changes.set(done.pending)
      return { tag: `COPY ${done.count}` }
    },
  }
}

/** What came, as texts. */
function brought({ columns }: OpenedCopy, { query }: StoredRecords): ReadRelation {
  const texts = columns.map((_, at) => ({ name: textColumn(at), type: 'string', required: false }))
  const line = { name: lineColumn, type: 'long', required: false }
  return { schema: writeSchema, name: broughtName, columns: [line, ...texts], query }
}

function rowsQuery({ parsed, target, columns }: OpenedCopy): string {
  const texts = new Map(columns.map((column, at) => [column, textValue(`brought.${textColumn(at)}`, column)]))
  const items = target.columns.map((column) => columnText(texts.get(column) ?? defaultOf(column), column, target))
  const rows = `SELECT ${items.join(', ')} FROM ${writeSchema}.${quoteName(broughtName)} AS brought`
  if (!parsed.where) return rows
  return `SELECT * FROM (${rows}) AS ${quoteName(parsed.table.parts.at(-1)!)} WHERE (${parsed.where.text}\n)`
}

/** The error of a value with the first line that has one which does not fit. */
async function withLine(
  { statements }: WriteParts,
  error: unknown,
  { target, columns }: OpenedCopy,
  { query }: StoredRecords,
): Promise<unknown> {
  if (!(error instanceof WeirError) || !/^(22|23502)/.test(String(error.details['sqlstate']))) return error
  const lent = await statements.connections.take()
  try {
    const run = runOurs(lent.connection, statements.interruptible)
    const wrong = columns.map((column, at) => {
      const text = textColumn(at)
      const condition = misfitText(text, column)
      return `SELECT min(${lineColumn})::DOUBLE AS line, arg_min(${text}, ${lineColumn}) AS text, ${at} AS place FROM brought WHERE ${condition}`
    })
    // A column that must have a value and is not copied has none in the first row.
    if (target.columns.some((column) => column.required && column.default === undefined && !columns.includes(column)))
      wrong.push(`SELECT min(${lineColumn})::DOUBLE, NULL, -1 FROM brought`)
    const found = await run(
      `WITH brought AS (${query}) SELECT * FROM (${wrong.join(' UNION ALL ')}) WHERE line IS NOT NULL ORDER BY line, place LIMIT 1`,
    )
    const [first] = found as readonly { readonly line: number; readonly text: string | null; readonly place: number }[]
    if (!first) return error
    const value = first.text === null ? 'null input' : `"${first.text.slice(0, 100)}"`
    const column = columns[first.place]
    const where = `COPY ${target.name}, line ${first.line}${column ? `, column ${column.name}: ${value}` : ''}`
    return new WeirError(error.code, error.message, { details: { ...error.details, where }, cause: error.cause })
  } catch {
    // The error stands without its line.
    return error
  } finally {
    statements.connections.give(lent)
  }
}
