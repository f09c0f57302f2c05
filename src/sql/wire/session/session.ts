import type { Duplex } from 'node:stream'
import { timeoutMsOf } from '../../session/settings.ts'
import { sqlError } from '../../sql-error.ts'
import { errorResponse, readyForQuery } from '../backend-messages.ts'
import { type FrontendMessage, parseMessage } from '../frontend-messages.ts'
import { errorFields } from './error-fields.ts'
import { runExtended } from './extended-query.ts'
import type { Inbox } from './inbox.ts'
import { messageSource } from './message-source.ts'
import { openCursors } from './open-cursors.ts'
import { closeAll, type SessionContext } from './session-context.ts'
import { runSimpleQuery } from './simple-query.ts'
import { createTransaction } from './transaction.ts'
import { endMessage, statementFailed } from './write-portal.ts'

/** What a session works with. */
export type SessionParts = Pick<SessionContext, 'out' | 'queries' | 'writes' | 'settings' | 'observe'>

/**
 * Serves one client after startup until it leaves: PostgreSQL's message flow (documentation 54.2), one message after
 * the other. After an error in the extended protocol everything up to Sync is skipped.
 */
export async function serveSession(socket: Duplex, inbox: Inbox, parts: SessionParts): Promise<void> {
  const { out, queries, writes } = parts
  const context: SessionContext = {
    ...parts,
    transaction: createTransaction(),
    statements: new Map(),
    portals: new Map(),
    cursors: openCursors(),
    messages: messageSource(() => inbox.next()),
  }
  const { messages } = context
  const handle = messageHandler(context)
  socket.once('close', () => queries.cancel())
  out.send(readyForQuery('I'))
  try {
    await out.flush()
    // What a client sent before it left is not run for nobody.
    for (let raw = await messages.next(); raw && !socket.destroyed; raw = await messages.next()) {
      const message = parseMessage(raw.type, raw.body)
      if (message.type === 'terminate') break
      await underTimeout(context, () => handle(message))
    }
  } catch (error) {
    if (!socket.destroyed) out.send(errorResponse(errorFields(error, 'FATAL')))
    await out.flush().catch(() => {})
  } finally {
    await closeAll(context.portals)
    await context.cursors.closeAll()
    await writes.transaction.rollback()
    await queries.close()
    socket.end()
  }
}

function messageHandler(context: SessionContext): (message: FrontendMessage) => Promise<void> {
  const { out, transaction, portals, observe } = context
  let skipping = false
  /** An Execute that writes and may be all up to its Sync, which the next message shows, and Closes behind it. */
  let held: readonly FrontendMessage[] = []

  const runOne = async (message: FrontendMessage, alone?: 'alone'): Promise<void> => {
    try {
      await runExtended(context, message, alone)
    } catch (error) {
      if (message.type === 'execute') observe('failed')
      skipping = true
      await statementFailed(context)
      out.send(errorResponse(errorFields(error, 'ERROR')))
      await out.flush()
    }
    if (out.full) await out.flush()
  }
  const runHeld = async (alone?: 'alone'): Promise<void> => {
    const messages = held
    held = []
    for (const message of messages) if (!skipping) await runOne(message, alone)
  }
  return async (message) => {
    if (held.length > 0 && message.type === 'close') return void (held = [...held, message])
    await runHeld(message.type === 'sync' ? 'alone' : undefined)
    if (message.type === 'sync') {
      skipping = false
      if (transaction.status !== 'T') await closeAll(portals)
      await endMessage(context).catch((error: unknown) => out.send(errorResponse(errorFields(error, 'ERROR'))))
      out.send(readyForQuery(transaction.status))
      return out.flush()
    }
    if (message.type === 'query') return runSimpleQuery(context, message.sql)
    // Of a COPY that was refused or has failed: the client may have sent them before it knew.
    if (skipping || message.type.startsWith('copy')) return
    if (message.type === 'flush') return out.flush()
    if (mayBeAlone(context, message)) held = [message]
    else await runOne(message)
  }
}

/** A client that sends Execute alone waits for no answer before it sends Sync or Flush: PostgreSQL does not give it one. */
function mayBeAlone({ transaction, writes, portals }: SessionContext, message: FrontendMessage): boolean {
  if (message.type !== 'execute' || transaction.status !== 'I' || writes.transaction.hasChanges) return false
  return portals.get(message.portal)?.canBeAlone === true
}

/** statement_timeout: PostgreSQL's setting, milliseconds or with a unit; 0 is none. */
async function underTimeout({ queries, settings }: SessionContext, work: () => Promise<void>): Promise<void> {
  const setting = settings.get('statement_timeout')
  if (setting === '0') return work()
  const timeoutMs = timeoutMsOf(setting)
  const reason = sqlError('WEIR-6007', 'canceling statement due to statement timeout', { sqlstate: '57014' })
  const timer = setTimeout(() => queries.cancel(reason), timeoutMs)
  try {
    await work()
  } finally {
    clearTimeout(timer)
  }
}
