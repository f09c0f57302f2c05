import type { Socket } from 'node:net'
import { attachSessionViews } from '../bind/session-views.ts'
import {
  authenticationOk,
  backendKeyData,
  errorResponse,
  negotiateProtocolVersion,
  parameterStatus,
} from '../wire/backend-messages.ts'
import { errorFields } from '../wire/session/error-fields.ts'
import { createInbox, type Inbox } from '../wire/session/inbox.ts'
import { createOutbox } from '../wire/session/outbox.ts'
import { serveSession } from '../wire/session/session.ts'
import { readStartup } from '../wire/session/startup.ts'
import { createSessionQueries } from '../session/session-queries.ts'
import { sessionStatements } from '../session/session-statements.ts'
import { createSessionWrites } from '../write/create-session-writes.ts'
import { openScratch } from '../write/run/scratch.ts'
import { transactionChanges } from '../write/transaction-changes.ts'
import { sessionFacts } from '../session/session-facts.ts'
import { createSettings, reported } from '../session/settings.ts'
import { principalParameter } from './principal-parameter.ts'
import { chosenTrino, trinoSession, trinoSettings } from './trino-session.ts'
import type { EngineServices } from './services.ts'
import type { SessionRegistry } from './session-registry.ts'

/** One connection from startup to its end. Never rejects: what goes wrong is told to the client. */
export async function serveClient(socket: Socket, services: EngineServices, registry: SessionRegistry): Promise<void> {
  socket.on('error', () => {})
  socket.setNoDelay(true)
  const inbox = createInbox(socket)
  try {
    const startup = await readStartup(socket, inbox)
    if (startup?.type === 'cancel') registry.cancel(startup.processId, startup.secret)
    if (startup?.type === 'startup') await serveStarted(socket, inbox, startup, services, registry)
  } catch (error) {
    if (!socket.destroyed) socket.write(errorResponse(errorFields(error, 'FATAL')))
  } finally {
    socket.end()
  }
}

async function serveStarted(
  socket: Socket,
  inbox: Inbox,
  startup: { readonly minor: number; readonly parameters: Readonly<Record<string, string>> },
  shared: EngineServices,
  registry: SessionRegistry,
): Promise<void> {
  inbox.typed()
  const { [principalParameter]: principal = null, ...parameters } = startup.parameters
  const services = shared.for(principal)
  const trino = chosenTrino(services.trino, parameters, principal)
  const settings = createSettings(parameters, trino && trinoSettings(trino.config))
  const connection = await services.duckdb.connect()
  const views = await attachSessionViews(connection)
  const out = createOutbox(socket)
  try {
    const key = registry.reserve()
    const facts = sessionFacts(services.database, settings, key.processId)
    const scratch = openScratch(services.scratchDirectory)
    const changes = transactionChanges(services.host, scratch)
    const statements = sessionStatements(services, settings, views, facts, (table) => changes.of(table))
    const { queries, writes } = trino
      ? trinoSession(services, trino, { settings, views, facts })
      : {
          queries: createSessionQueries(statements),
          writes: createSessionWrites({ services, settings, views, statements, changes, scratch }),
        }
    registry.add(key, queries)
    try {
      const options = Object.keys(parameters).filter((name) => name.startsWith('_pq_.'))
      if (startup.minor > 0 || options.length) out.send(negotiateProtocolVersion(options))
      out.send(authenticationOk)
      for (const name of reported) out.send(parameterStatus(name, settings.get(name)))
      settings.onReported((name, value) => out.send(parameterStatus(name, value)))
      out.send(backendKeyData(key.processId, key.secret))
      await serveSession(socket, inbox, { out, queries, writes, settings, observe: registry.observe })
    } finally {
      registry.remove(key)
    }
  } finally {
    await views.detach().catch(() => {})
    connection.closeSync()
  }
}
