import type { Duplex } from 'node:stream'
import { assertQuery, kindOf, type StatementKind } from '../../gate/kind.ts'
import { splitStatements, type Statement, wordsAt } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'
import {
  bindComplete,
  closeComplete,
  commandComplete,
  copyDone,
  copyOutResponse,
  emptyQueryResponse,
  errorResponse,
  noData,
  noticeResponse,
  parameterDescription,
  parseComplete,
  readyForQuery,
  rowDescription,
} from '../backend-messages.ts'
import { type FrontendMessage, parseMessage } from '../frontend-messages.ts'
import { binaryParameterText } from '../parameter-text.ts'
import type { Parameter, QueryService } from '../query-service.ts'
import { zoneOffsets } from '../values/time-zone.ts'
import type { TextStyle } from '../values/text.ts'
import { parseCopy, sendCopy } from './copy-out.ts'
import { errorFields } from './error-fields.ts'
import type { Inbox } from './inbox.ts'
import type { Outbox } from './outbox.ts'
import { describePortal, explainPortal, fixedPortal, type Portal, queryPortal } from './portal.ts'
import { describeFields, formatOf, resultStream } from './result-stream.ts'
import { answerSessionStatement, sessionColumns, type Settings } from './session-statement.ts'
import { parseDeclare, parseFetch } from './sql-cursors.ts'
import { createTransaction } from './transaction.ts'

/** What a session works with. */
export interface SessionParts {
  readonly queries: QueryService
  readonly settings: Settings
  /** For counts: a statement began and ended. */
  readonly observe: (event: 'start' | 'done' | 'failed') => void
}

interface Prepared {
  readonly statement: Statement | undefined
  readonly kind: StatementKind | undefined
  readonly oids: readonly number[]
}

type Of<T extends FrontendMessage['type']> = Extract<FrontendMessage, { type: T }>

/**
 * Serves one client after startup until it leaves: PostgreSQL's message flow (documentation 54.2), one message after
 * the other. After an error in the extended protocol everything up to Sync is skipped.
 */
export async function serveSession(socket: Duplex, inbox: Inbox, out: Outbox, parts: SessionParts): Promise<void> {
  const session = createSession(out, parts)
  socket.once('close', () => parts.queries.cancel())
  out.send(readyForQuery('I'))
  try {
    await out.flush()
    for (let raw = await inbox.next(); raw; raw = await inbox.next()) {
      const message = parseMessage(raw.type, raw.body)
      if (message.type === 'terminate') break
      await session.handle(message)
    }
  } catch (error) {
    if (!socket.destroyed) out.send(errorResponse(errorFields(error, 'FATAL')))
    await out.flush().catch(() => {})
  } finally {
    await session.close()
    socket.end()
  }
}

function createSession(out: Outbox, { queries, settings, observe }: SessionParts) {
  const transaction = createTransaction()
  const statements = new Map<string, Prepared>()
  const portals = new Map<string, Portal>()
  const cursors = new Map<string, Portal>()
  let skipping = false

  const style = (): TextStyle => ({ offsetAt: zoneOffsets(settings.get('TimeZone')) })

  /** Portals end with their transaction; unnamed ones at the next Bind. */
  const closePortals = async (which: Map<string, Portal>) => {
    const open = [...which.values()]
    which.clear()
    for (const portal of open) await portal.close()
  }
  const closePortal = async (name: string) => {
    const open = portals.get(name)
    portals.delete(name)
    await open?.close()
  }
  const closeCursor = async (name: string | undefined) => {
    if (name === undefined || name === 'all') return closePortals(cursors)
    const portal = cursorOf(name)
    cursors.delete(name)
    await portal.close()
  }
  const cursorOf = (name: string): Portal => {
    const portal = cursors.get(name)
    if (!portal) throw sqlError('WEIR-6003', `cursor "${name}" does not exist`, { sqlstate: '34000' })
    return portal
  }

  /** The portal of a statement of any kind. */
  function portalOf(
    statement: Statement,
    kind: StatementKind,
    parameters: readonly Parameter[],
    formats: readonly number[],
  ): Portal {
    switch (kind) {
      case 'query':
        return queryPortal(queries, { statement, parameters, formats, style: style() })
      case 'explain':
        return explainPortal(queries, statement, parameters)
      case 'describe':
        return describePortal(queries, statement)
      case 'copy':
        return copyPortal(statement)
      case 'fetch':
        return fetchPortal(statement)
      default:
        return fixedPortal(sessionColumns(kind, statement), () => runSessionStatement(statement, kind))
    }
  }

  async function runSessionStatement(statement: Statement, kind: StatementKind) {
    const answer = answerSessionStatement(kind, statement, settings)
    if (answer) return answer
    const { tokens } = statement
    if (kind === 'declare') await declare(statement)
    else if (kind === 'close') await closeCursor(wordsAt(tokens, 1, 'all') ? 'all' : tokens[1]?.value)
    else if (kind === 'discard' || kind === 'deallocate') {
      const name = tokens.at(-1)?.value ?? ''
      if (wordsAt(tokens, 1, 'all') || kind === 'discard') statements.clear()
      else statements.delete(name)
      if (kind === 'discard' && wordsAt(tokens, 1, 'all')) {
        settings.resetAll()
        await closePortals(cursors)
      }
    }
    const tags: Partial<Record<StatementKind, string>> = { declare: 'DECLARE CURSOR', close: 'CLOSE CURSOR' }
    const suffix = wordsAt(tokens, 1, 'all') && kind !== 'close' ? ' ALL' : ''
    return { tag: tags[kind] ?? `${kind.toUpperCase()}${suffix}` }
  }

  async function declare(statement: Statement): Promise<void> {
    const { name, query, hold } = parseDeclare(statement)
    if (transaction.status === 'I' && !hold)
      throw sqlError('WEIR-6002', 'DECLARE CURSOR can only be used in transaction blocks', { sqlstate: '25P01' })
    if (cursors.has(name)) throw sqlError('WEIR-6002', `cursor "${name}" already exists`, { sqlstate: '42P03' })
    assertQuery(query)
    const portal = queryPortal(queries, { statement: query, parameters: [], formats: [], style: style(), tag: 'FETCH' })
    cursors.set(name, portal)
  }

  function fetchPortal(statement: Statement): Portal {
    const { name, rowsMax } = parseFetch(statement)
    return {
      describe: (target) => cursorOf(name).describe(target),
      execute: (target) => cursorOf(name).execute(target, rowsMax),
      close: async () => {},
    }
  }

  function copyPortal(statement: Statement): Portal {
    const copy = parseCopy(statement)
    assertQuery(copy.query)
    return {
      describe: async (target) => target.send(noData),
      async execute(target) {
        const cursor = await queries.open(copy.query, [])
        try {
          target.send(copyOutResponse(cursor.columns.length))
          const rows = await sendCopy(target, resultStream(cursor, [], style()), cursor.columns, copy, style())
          target.send(copyDone)
          target.send(commandComplete(`COPY ${rows}`))
        } finally {
          await cursor.close()
        }
      },
      close: async () => {},
    }
  }

  /** Runs what changes the transaction; true when that was all. */
  async function runTransaction(kind: StatementKind, statement: Statement): Promise<boolean> {
    const again = kind === 'begin' && transaction.status === 'T'
    const tag = transaction.run(kind, statement)
    if (tag === undefined) return false
    if (again)
      out.send(
        noticeResponse({
          severity: 'WARNING',
          sqlstate: '25001',
          message: 'there is already a transaction in progress',
        }),
      )
    if (transaction.status === 'I') await closePortals(cursors)
    out.send(commandComplete(tag))
    return true
  }

  async function simpleQuery({ sql }: Of<'query'>): Promise<void> {
    let offset = 0
    observe('start')
    await closePortal('')
    try {
      const script = splitStatements(sql)
      if (script.length === 0) out.send(emptyQueryResponse)
      for (const statement of script) {
        offset = statement.offset
        const kind = kindOf(statement)
        if (await runTransaction(kind, statement)) continue
        const portal = portalOf(statement, kind, [], [])
        try {
          if (kind !== 'copy' && (kind === 'query' || kind === 'fetch' || describes(kind))) await portal.describe(out)
          await portal.execute(out, 0)
        } finally {
          await portal.close()
        }
      }
      observe('done')
    } catch (error) {
      observe('failed')
      transaction.fail()
      out.send(errorResponse(errorFields(error, 'ERROR', offset)))
    }
    if (transaction.status !== 'T') await closePortals(portals)
    out.send(readyForQuery(transaction.status))
  }

  const describes = (kind: StatementKind): boolean => kind === 'explain' || kind === 'describe' || kind === 'show'

  function parse({ name, sql, oids }: Of<'parse'>): void {
    const script = splitStatements(sql)
    if (script.length > 1)
      throw sqlError('WEIR-6002', 'cannot insert multiple commands into a prepared statement', { sqlstate: '42601' })
    if (name && statements.has(name))
      throw sqlError('WEIR-6002', `prepared statement "${name}" already exists`, { sqlstate: '42P05' })
    const [statement] = script
    statements.set(name, { statement, kind: statement && kindOf(statement), oids })
    out.send(parseComplete)
  }

  function preparedOf(name: string): Prepared {
    const prepared = statements.get(name)
    if (!prepared) throw sqlError('WEIR-6003', `prepared statement "${name}" does not exist`, { sqlstate: '26000' })
    return prepared
  }

  async function bind(message: Of<'bind'>): Promise<void> {
    const prepared = preparedOf(message.statement)
    const { statement, kind } = prepared
    if (message.portal === '') await closePortal('')
    if (portals.has(message.portal))
      throw sqlError('WEIR-6002', `cursor "${message.portal}" already exists`, { sqlstate: '42P03' })
    let { oids } = prepared
    const unknownBinary = message.values.some((value, i) => value && formatOf(message.formats, i) === 1 && !oids[i])
    if (unknownBinary && statement) oids = (await queries.describe(statement, oids)).parameterOids
    const parameters = message.values.map((value, i): Parameter => {
      const oid = oids[i] ?? 0
      if (value === null) return { text: null, oid }
      return {
        text: formatOf(message.formats, i) === 1 ? binaryParameterText(value, oid) : value.toString('utf8'),
        oid,
      }
    })
    portals.set(
      message.portal,
      statement && kind ? bound(statement, kind, parameters, message.resultFormats) : emptyPortal,
    )
    out.send(bindComplete)
  }

  function bound(
    statement: Statement,
    kind: StatementKind,
    parameters: readonly Parameter[],
    formats: readonly number[],
  ): Portal {
    if (kind === 'begin' || kind === 'commit' || kind === 'rollback' || kind === 'savepoint')
      return {
        describe: async () => out.send(noData),
        execute: async () => void (await runTransaction(kind, statement)),
        close: async () => {},
      }
    if (transaction.status === 'E') transaction.run(kind, statement)
    return portalOf(statement, kind, parameters, formats)
  }

  async function describe(message: Of<'describe' | 'close'>): Promise<void> {
    if (message.of === 'portal') return portal(message.name).describe(out)
    const { statement, kind, oids } = preparedOf(message.name)
    if (!statement || !kind) return (out.send(parameterDescription([])), out.send(noData))
    if (kind === 'query') {
      const { columns, parameterOids } = await queries.describe(statement, oids)
      out.send(parameterDescription(parameterOids))
      return out.send(rowDescription(describeFields(columns, [])))
    }
    out.send(parameterDescription(oids))
    if (['begin', 'commit', 'rollback', 'savepoint', 'copy'].includes(kind)) out.send(noData)
    else await portalOf(statement, kind, [], []).describe(out)
  }

  const portal = (name: string): Portal => {
    // What DECLARE opened is a portal to the protocol as well.
    const found = portals.get(name) ?? cursors.get(name)
    if (!found) throw sqlError('WEIR-6003', `portal "${name}" does not exist`, { sqlstate: '34000' })
    return found
  }

  async function closeTarget(message: Of<'describe' | 'close'>): Promise<void> {
    if (message.of === 'statement') statements.delete(message.name)
    else await closePortal(message.name)
    out.send(closeComplete)
  }

  async function extended(message: FrontendMessage): Promise<void> {
    switch (message.type) {
      case 'parse':
        // An unnamed statement gives way to the next, also when that fails.
        if (message.name === '') statements.delete('')
        return parse(message)
      case 'bind':
        return bind(message)
      case 'describe':
        return describe(message)
      case 'execute': {
        observe('start')
        await portal(message.portal).execute(out, message.rowsMax)
        return observe('done')
      }
      case 'close':
        return closeTarget(message as Of<'describe' | 'close'>)
      default:
        throw sqlError('WEIR-6008', `unexpected message ${message.type}`, { sqlstate: '08P01' })
    }
  }

  async function sync(): Promise<void> {
    skipping = false
    if (transaction.status !== 'T') await closePortals(portals)
    out.send(readyForQuery(transaction.status))
    await out.flush()
  }

  return {
    async handle(message: FrontendMessage): Promise<void> {
      if (message.type === 'sync') return sync()
      if (message.type === 'query') {
        await simpleQuery(message)
        return out.flush()
      }
      // Copy messages are for COPY FROM STDIN, which is refused: a client may have sent them before it knew.
      if (skipping || message.type === 'copy') return
      if (message.type === 'flush') return out.flush()
      try {
        await extended(message)
      } catch (error) {
        if (message.type === 'execute') observe('failed')
        skipping = true
        transaction.fail()
        out.send(errorResponse(errorFields(error, 'ERROR')))
        await out.flush()
      }
      if (out.full) await out.flush()
    },
    async close(): Promise<void> {
      await closePortals(portals)
      await closePortals(cursors)
      await queries.close()
    },
  }
}

const emptyPortal: Portal = {
  describe: async (out) => out.send(noData),
  execute: async (out) => out.send(emptyQueryResponse),
  close: async () => {},
}
