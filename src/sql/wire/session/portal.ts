import { explained } from '../../gate/kind.ts'
import { type Statement, statementOf } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'
import {
  commandComplete,
  type FieldDescription,
  noData,
  noticeResponse,
  portalSuspended,
  rowDescription,
  textRow,
} from '../backend-messages.ts'
import { pgTypes } from '../pg-type.ts'
import type { Cursor, Parameter, QueryService } from '../query-service.ts'
import type { TextStyle } from '../values/text.ts'
import type { Outbox } from './outbox.ts'
import { describeFields, type ResultStream, resultStream } from './result-stream.ts'

/** A query that was bound, and how far the client has read it. */
export interface Portal {
  /** Sends RowDescription (or NoData). */
  describe(out: Outbox): Promise<void>
  /**
   * Sends rows, then CommandComplete or PortalSuspended. `alone`: it is a whole transaction, and what it writes is committed before it is
   * answered; otherwise with the message that it is of.
   */
  execute(out: Outbox, rowsMax: number, alone?: 'alone'): Promise<void>
  /** It writes, and does so again when others were first, if it is alone. */
  readonly canBeAlone?: boolean
  close(): Promise<void>
}

/** The portal of a query. */
export interface QueryPortal extends Portal {
  /** Opens its cursor now: the rows are those of this moment, and a query that is wrong is refused. */
  begin(): Promise<void>
  /** Passes over rows (0: all) without sending any; gives how many. */
  skip(rowsMax: number): Promise<number>
}

export interface PortalRequest {
  readonly statement: Statement
  readonly parameters: readonly Parameter[]
  readonly formats: readonly number[]
  readonly style: TextStyle
  /** The first word of CommandComplete; SELECT unless it is FETCH. */
  readonly tag?: string
}

/** The cursor opens when it is begun, described or executed, and stays open while rows are left. */
export function queryPortal(queries: QueryService, request: PortalRequest): QueryPortal {
  let opened: { cursor: Cursor; stream: ResultStream } | undefined
  let total = 0
  let done = false

  const open = async () => {
    if (!opened) {
      const cursor = await queries.open(request.statement, request.parameters)
      opened = { cursor, stream: resultStream(cursor, request.formats, request.style) }
    }
    return opened
  }
  return {
    begin: async () => void (await open()),
    async describe(out) {
      const { cursor } = await open()
      out.send(rowDescription(describeFields(cursor.columns, request.formats)))
    },
    async execute(out, rowsMax) {
      if (done) return out.send(commandComplete(`${request.tag ?? 'SELECT'} 0`))
      const { cursor, stream } = await open()
      if (total === 0) sendNotices(out, cursor.notices)
      const sent = await stream.send(out, rowsMax)
      total += sent.rows
      done = sent.done
      if (request.tag) out.send(commandComplete(`${request.tag} ${sent.rows}`))
      else out.send(done ? commandComplete(`SELECT ${rowsMax > 0 ? sent.rows : total}`) : portalSuspended)
    },
    async skip(rowsMax) {
      if (done) return 0
      const skipped = await (await open()).stream.skip(rowsMax)
      total += skipped.rows
      done = skipped.done
      return skipped.rows
    },
    async close() {
      await opened?.stream.close()
    },
  }
}

function sendNotices(out: Outbox, notices: readonly string[]): void {
  for (const message of notices) out.send(noticeResponse({ severity: 'NOTICE', sqlstate: '00000', message }))
}

const textField = (name: string): FieldDescription => ({ name, oid: pgTypes.text.oid, size: -1, typmod: -1, format: 0 })

/** A portal whose rows are made here: SHOW, EXPLAIN, DESCRIBE. `columns` undefined: it has no rows. */
export function fixedPortal(
  columns: readonly string[] | undefined,
  answer: () => Promise<{ readonly tag: string; readonly rows?: readonly (readonly (string | null)[])[] }>,
): Portal {
  return {
    async describe(out) {
      out.send(columns ? rowDescription(columns.map(textField)) : noData)
    },
    async execute(out) {
      const { tag, rows = [] } = await answer()
      for (const row of rows) out.send(textRow(row))
      out.send(commandComplete(tag))
    },
    close: async () => {},
  }
}

/** EXPLAIN [ANALYZE] query: DuckDB's plan, a line a row. */
export function explainPortal(queries: QueryService, statement: Statement, parameters: readonly Parameter[]): Portal {
  const { prefix, start } = explained(statement)
  const query = statementOf(statement.text.slice(start), statement.offset + start)
  return fixedPortal(['QUERY PLAN'], async () => {
    const cursor = await queries.open(query, parameters, { explain: prefix })
    const lines: string[] = []
    try {
      for (let chunk = await cursor.next(); chunk; chunk = await cursor.next()) {
        const plans = chunk.getColumnVector(chunk.columnCount - 1)
        for (let row = 0; row < chunk.rowCount; row++) lines.push(...String(plans.getItem(row)).split('\n'))
      }
    } finally {
      await cursor.close()
    }
    return { tag: 'EXPLAIN', rows: lines.map((line) => [line]) }
  })
}

/** DESCRIBE query or DESCRIBE table: its columns and their types. */
export function describePortal(queries: QueryService, statement: Statement): Portal {
  const rest = statement.tokens[1]
  if (!rest) throw sqlError('WEIR-6002', 'DESCRIBE wants a table or a query', { sqlstate: '42601' })
  const text = statement.text.slice(rest.start)
  const query = statementOf(isQuery(text) ? text : `SELECT * FROM ${text}`)
  return fixedPortal(['column_name', 'column_type'], async () => {
    const { columns } = await queries.describe(query, [])
    return { tag: `SELECT ${columns.length}`, rows: columns.map(({ name, type }) => [name, type.duckdb.toString()]) }
  })
}

function isQuery(text: string): boolean {
  const [first] = statementOf(text).tokens
  return (
    first?.value === '(' ||
    (first?.kind === 'word' && ['select', 'with', 'values', 'table', 'from'].includes(first.value))
  )
}
