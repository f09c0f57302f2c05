import { assertQuery, type StatementKind } from '../../gate/kind.ts'
import { type Statement, wordsAt } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'
import { commandComplete, copyDone, copyOutResponse, noData, noticeResponse } from '../backend-messages.ts'
import type { WriteTransaction } from '../write-service.ts'
import { isCopyFrom } from '../../write/copy/parse-copy-from.ts'
import { copyInPortal } from './copy-in.ts'
import { parseCopy, sendCopy } from './copy-out.ts'
import { definitionPortal } from './definition-portal.ts'
import { describePortal, explainPortal, fixedPortal, type Portal, queryPortal } from './portal.ts'
import { resultStream } from './result-stream.ts'
import { type BoundStatement, cursorOf, type SessionContext, styleOf } from './session-context.ts'
import { answerSessionStatement, type SessionAnswer, sessionColumns } from './session-statement.ts'
import { parseDeclare, parseFetch } from './sql-cursors.ts'
import { writePortal } from './write-portal.ts'

/** The portal of a statement of any kind but those that change the transaction. */
export function portalOf(context: SessionContext, bound: BoundStatement): Portal {
  const { queries } = context
  const { statement, kind, parameters, formats } = bound
  switch (kind) {
    case 'query':
      return queryPortal(queries, { statement, parameters, formats, style: styleOf(context) })
    case 'write':
      return writePortal(context, bound)
    case 'define':
      return definitionPortal(context, bound)
    case 'explain':
      return explainPortal(queries, statement, parameters)
    case 'describe':
      return describePortal(queries, statement)
    case 'copy':
      return isCopyFrom(statement) ? copyInPortal(context, bound) : copyPortal(context, statement)
    case 'fetch':
      return fetchPortal(context, statement)
    case 'move':
      return movePortal(context, statement)
    default:
      return fixedPortal(sessionColumns(kind, statement), () => runSessionStatement(context, kind, statement))
  }
}

/** Runs what changes the transaction; true when that was all. */
export async function runTransaction(
  { out, transaction, cursors, writes }: SessionContext,
  kind: StatementKind,
  statement: Statement,
): Promise<boolean> {
  const again = kind === 'begin' && transaction.status === 'T'
  const isOpen = transaction.status !== 'I'
  const tag = transaction.run(kind, statement)
  if (tag === undefined) return false
  if (transaction.status === 'I') {
    if (tag === 'COMMIT') await writes.transaction.commit()
    else await writes.transaction.rollback()
  } else if (isOpen && kind !== 'begin') changeSavepoint(writes.transaction, kind, statement)
  const message = 'there is already a transaction in progress'
  if (again) out.send(noticeResponse({ severity: 'WARNING', sqlstate: '25001', message }))
  if (transaction.status === 'I') await cursors.endTransaction(tag === 'COMMIT' ? 'committed' : 'rolled back')
  out.send(commandComplete(tag))
  return true
}

/** SAVEPOINT, RELEASE and ROLLBACK TO; the name stands last. */
function changeSavepoint(transaction: WriteTransaction, kind: StatementKind, { tokens }: Statement): void {
  const name = tokens.at(-1)!.value
  if (kind === 'rollback') transaction.rollbackTo(name)
  else if (tokens[0]!.value === 'release') transaction.release(name)
  else transaction.savepoint(name)
}

async function runSessionStatement(
  context: SessionContext,
  kind: StatementKind,
  statement: Statement,
): Promise<SessionAnswer> {
  const { settings, statements, cursors, transaction } = context
  const { tokens: words } = statement
  if (kind === 'set' && wordsAt(words, 1, 'transaction'))
    transaction.isReadOnly = words.some((_, at) => wordsAt(words, at, 'read', 'only'))
  const answer = answerSessionStatement(kind, statement, settings)
  if (answer) return answer
  const { tokens } = statement
  const all = wordsAt(tokens, 1, 'all')
  const name = tokens.at(-1)?.value ?? ''
  switch (kind) {
    case 'declare':
      await declareCursor(context, statement)
      return { tag: 'DECLARE CURSOR' }
    case 'close':
      if (!all) cursorOf(context, name)
      await (all ? cursors.closeAll() : cursors.close(name))
      return { tag: 'CLOSE CURSOR' }
    case 'deallocate':
      if (all) statements.clear()
      else statements.delete(name)
      return { tag: `DEALLOCATE${all ? ' ALL' : ''}` }
    default:
      statements.clear()
      if (all) {
        settings.resetAll()
        await cursors.closeAll()
      }
      return { tag: `${kind.toUpperCase()}${all ? ' ALL' : ''}` }
  }
}

async function declareCursor(context: SessionContext, statement: Statement): Promise<void> {
  const { name, query, isHeld, isBinary } = parseDeclare(statement)
  const inTransaction = context.transaction.status === 'T'
  if (!inTransaction && !isHeld)
    throw sqlError('WEIR-6002', 'DECLARE CURSOR can only be used in transaction blocks', { sqlstate: '25P01' })
  assertQuery(query)
  const formats = isBinary ? [1] : []
  const request = { statement: query, parameters: [], formats, style: styleOf(context), tag: 'FETCH' }
  const life = inTransaction ? (isHeld ? 'held' : 'transaction') : 'kept'
  const portal = queryPortal(context.queries, request)
  context.cursors.add(name, portal, life)
  await portal.begin().catch(async (error: unknown) => {
    await context.cursors.close(name)
    throw error
  })
}

function fetchPortal(context: SessionContext, statement: Statement): Portal {
  const { name, rowsMax } = parseFetch(statement)
  return {
    describe: (out) => cursorOf(context, name).describe(out),
    execute: (out) => cursorOf(context, name).execute(out, rowsMax),
    close: async () => {},
  }
}

function movePortal(context: SessionContext, statement: Statement): Portal {
  const { name, rowsMax } = parseFetch(statement)
  return fixedPortal(undefined, async () => ({ tag: `MOVE ${await cursorOf(context, name).skip(rowsMax)}` }))
}

function copyPortal(context: SessionContext, statement: Statement): Portal {
  const copy = parseCopy(statement)
  assertQuery(copy.query)
  return {
    describe: async (out) => out.send(noData),
    async execute(out) {
      const cursor = await context.queries.open(copy.query, [])
      const style = styleOf(context)
      try {
        out.send(copyOutResponse(cursor.columns.length))
        const rows = await sendCopy(out, resultStream(cursor, [], style), cursor.columns, copy, style)
        out.send(copyDone)
        out.send(commandComplete(`COPY ${rows}`))
      } finally {
        await cursor.close()
      }
    },
    close: async () => {},
  }
}
