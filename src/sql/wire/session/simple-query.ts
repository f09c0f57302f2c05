import { kindOf, type StatementKind } from '../../gate/kind.ts'
import { splitStatements, type Statement } from '../../gate/statement.ts'
import { emptyQueryResponse, errorResponse, readyForQuery } from '../backend-messages.ts'
import { errorFields } from './error-fields.ts'
import { closeAll, closeOne, type SessionContext } from './session-context.ts'
import { portalOf, runTransaction } from './statement-portal.ts'
import { endMessage, statementFailed } from './write-portal.ts'

/** The kinds that answer rows, and so are described before they run. */
const withRows: ReadonlySet<StatementKind> = new Set(['query', 'fetch', 'explain', 'describe', 'show'])

/** Query: each statement of the text, up to the first that fails (documentation 54.2.2). */
export async function runSimpleQuery(context: SessionContext, sql: string): Promise<void> {
  const { out, transaction, portals, observe } = context
  let offset = 0
  observe('start')
  await closeOne(portals, '')
  try {
    const script = splitStatements(sql)
    if (script.length === 0) out.send(emptyQueryResponse)
    for (const statement of script) {
      offset = statement.offset
      const isAlone = script.length === 1 && transaction.status === 'I' && !context.writes.transaction.hasChanges
      await runStatement(context, statement, isAlone ? 'alone' : undefined)
    }
    await endMessage(context)
    observe('done')
  } catch (error) {
    observe('failed')
    await statementFailed(context)
    out.send(errorResponse(errorFields(error, 'ERROR', offset)))
  }
  if (transaction.status !== 'T') await closeAll(portals)
  out.send(readyForQuery(transaction.status))
  await out.flush()
}

async function runStatement(context: SessionContext, statement: Statement, alone?: 'alone'): Promise<void> {
  const kind = kindOf(statement)
  if (await runTransaction(context, kind, statement)) return
  const portal = portalOf(context, { statement, kind, parameters: [], formats: [] })
  try {
    if (withRows.has(kind) || hasReturning(kind, statement)) await portal.describe(context.out)
    await portal.execute(context.out, 0, alone)
  } finally {
    await portal.close()
  }
}

/** A write has rows by RETURNING only. */
function hasReturning(kind: StatementKind, { tokens }: Statement): boolean {
  return kind === 'write' && tokens.some((token) => token.kind === 'word' && token.value === 'returning')
}
