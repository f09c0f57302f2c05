import { kindOf, type StatementKind } from '../../gate/kind.ts'
import { splitStatements } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'
import {
  bindComplete,
  closeComplete,
  emptyQueryResponse,
  noData,
  parameterDescription,
  parseComplete,
  rowDescription,
} from '../backend-messages.ts'
import type { FrontendMessage } from '../frontend-messages.ts'
import { binaryParameterText } from '../parameter-text.ts'
import type { Parameter } from '../query-service.ts'
import type { Portal } from './portal.ts'
import { describeFields, formatOf } from './result-stream.ts'
import { type BoundStatement, closeOne, type PreparedStatement, type SessionContext } from './session-context.ts'
import { portalOf, runTransaction } from './statement-portal.ts'

type Of<T extends FrontendMessage['type']> = Extract<FrontendMessage, { type: T }>

const transactionKinds: ReadonlySet<StatementKind> = new Set(['begin', 'commit', 'rollback', 'savepoint'])

/**
 * One message of the extended protocol (documentation 54.2.3). Rejects with what the client is told. `alone`: what an Execute runs is a
 * whole transaction.
 */
export async function runExtended(context: SessionContext, message: FrontendMessage, alone?: 'alone'): Promise<void> {
  const { out, portals, statements, observe } = context
  switch (message.type) {
    case 'parse':
      return parse(context, message)
    case 'bind':
      return bind(context, message)
    case 'describe':
      return message.of === 'portal'
        ? portalNamed(context, message.name).describe(out)
        : describeStatement(context, message.name)
    case 'execute':
      observe('start')
      await portalNamed(context, message.portal).execute(out, message.rowsMax, alone)
      return observe('done')
    case 'close':
      if (message.of === 'statement') statements.delete(message.name)
      else await closeOne(portals, message.name)
      return out.send(closeComplete)
    default:
      throw sqlError('WEIR-6008', `unexpected message ${message.type}`, { sqlstate: '08P01' })
  }
}

function parse({ out, statements }: SessionContext, { name, sql, oids }: Of<'parse'>): void {
  // An unnamed statement gives way to the next, also when that fails.
  if (name === '') statements.delete('')
  const script = splitStatements(sql)
  if (script.length > 1)
    throw sqlError('WEIR-6002', 'cannot insert multiple commands into a prepared statement', { sqlstate: '42601' })
  if (statements.has(name))
    throw sqlError('WEIR-6002', `prepared statement "${name}" already exists`, { sqlstate: '42P05' })
  const [statement] = script
  statements.set(name, { statement, kind: statement && kindOf(statement), oids })
  out.send(parseComplete)
}

async function bind(context: SessionContext, message: Of<'bind'>): Promise<void> {
  const { out, portals } = context
  const prepared = statementNamed(context, message.statement)
  if (message.portal === '') await closeOne(portals, '')
  if (portals.has(message.portal))
    throw sqlError('WEIR-6002', `cursor "${message.portal}" already exists`, { sqlstate: '42P03' })
  const parameters = await parametersOf(context, prepared, message)
  const { statement, kind } = prepared
  const bound = statement && kind && { statement, kind, parameters, formats: message.resultFormats }
  portals.set(message.portal, bound ? boundPortal(context, bound) : emptyPortal)
  out.send(bindComplete)
}

async function parametersOf(
  { queries, writes }: SessionContext,
  { statement, kind, oids }: PreparedStatement,
  { values, formats }: Of<'bind'>,
): Promise<readonly Parameter[]> {
  const unknownBinary = values.some((value, i) => value && formatOf(formats, i) === 1 && !oids[i])
  const described = kind === 'write' ? writes : queries
  const known = unknownBinary && statement ? (await described.describe(statement, oids)).parameterOids : oids
  return values.map((value, i) => {
    const oid = known[i] ?? 0
    if (value === null) return { text: null, oid }
    return { text: formatOf(formats, i) === 1 ? binaryParameterText(value, oid) : value.toString('utf8'), oid }
  })
}

function boundPortal(context: SessionContext, bound: BoundStatement): Portal {
  const { statement, kind } = bound
  if (transactionKinds.has(kind))
    return {
      describe: async (out) => out.send(noData),
      execute: async () => void (await runTransaction(context, kind, statement)),
      close: async () => {},
    }
  // In a failed transaction this is the refusal.
  if (context.transaction.status === 'E') context.transaction.run(kind, statement)
  return portalOf(context, bound)
}

async function describeStatement(context: SessionContext, name: string): Promise<void> {
  const { out, queries, writes } = context
  const { statement, kind, oids } = statementNamed(context, name)
  if (statement && (kind === 'query' || kind === 'write')) {
    const { columns, parameterOids } = await (kind === 'query' ? queries : writes).describe(statement, oids)
    out.send(parameterDescription(parameterOids))
    const hasRows = kind === 'query' || columns.length > 0
    return out.send(hasRows ? rowDescription(describeFields(columns, [])) : noData)
  }
  out.send(parameterDescription(oids))
  if (!statement || !kind || kind === 'copy' || kind === 'define' || transactionKinds.has(kind)) return out.send(noData)
  await portalOf(context, { statement, kind, parameters: [], formats: [] }).describe(out)
}

function statementNamed({ statements }: SessionContext, name: string): PreparedStatement {
  const prepared = statements.get(name)
  if (!prepared) throw sqlError('WEIR-6003', `prepared statement "${name}" does not exist`, { sqlstate: '26000' })
  return prepared
}

function portalNamed({ portals, cursors }: SessionContext, name: string): Portal {
  const found = portals.get(name) ?? cursors.get(name)
  if (!found) throw sqlError('WEIR-6003', `portal "${name}" does not exist`, { sqlstate: '34000' })
  return found
}

const emptyPortal: Portal = {
  describe: async (out) => out.send(noData),
  execute: async (out) => out.send(emptyQueryResponse),
  close: async () => {},
}
