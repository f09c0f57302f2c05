import { fastify, type FastifyInstance } from 'fastify'
import { hasZodFastifySchemaValidationErrors, validatorCompiler } from 'fastify-type-provider-zod'
import { systemClock } from '../kernel/clock.ts'
import { asWeirError, WeirError } from '../kernel/errors/weir-error.ts'
import { defaultLimits, letGoOfStalled, lookMs, type HttpLimits } from './http-limits.ts'
import type { HttpServerOptions } from './http-server-options.ts'
import { errorBody, statusOf } from './http-status.ts'
import { equal } from './access/credentials.ts'
import { httpUsers } from './access/http-users.ts'
import { sessions } from './access/sessions.ts'
import { slowLogins } from './access/slow-logins.ts'
import { requireRights } from './access/require-rights.ts'
import { guard, isLoopback } from './guard.ts'
import { describeApi } from './openapi.ts'
import { auditRoutes } from './routes/audit.ts'
import { catalogRoutes } from './iceberg/catalog-routes.ts'
import { catalogTokens } from './iceberg/catalog-tokens.ts'
import { consoleRoutes } from './routes/console.ts'
import { crawlerRoutes } from './routes/crawlers.ts'
import { deliveryRoutes } from './routes/deliveries.ts'
import { eventRoutes } from './routes/events.ts'
import { letterRoutes } from './routes/dead-letters.ts'
import { ledgerRoutes } from './routes/ledger.ts'
import { maintenanceRoutes } from './routes/maintenance.ts'
import { planRoutes } from './routes/plan.ts'
import { processRoutes } from './routes/process.ts'
import { groupRoutes } from './routes/groups.ts'
import { recordRoutes } from './routes/records.ts'
import { streamRoutes } from './routes/streams.ts'
import { resourceRoutes } from './routes/resources.ts'
import { sessionRoutes } from './routes/session.ts'
import { sqlRoutes } from './routes/sql.ts'
import { tableInspectionRoutes } from './routes/table-inspection.ts'
import { tableRoutes } from './routes/tables.ts'
import { sendSafely } from './safe-headers.ts'
import { isJoin, takeWorkers } from './take-workers.ts'
import { serveSchemaRegistry } from './schema-registry/serve-schema-registry.ts'

/** The HTTP API, the catalog and the console, not yet listening. WEIR-2008 for an open address without a token. */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const { host, token, limits = defaultLimits, clock = systemClock } = options
  if (!isLoopback(host) && token === undefined)
    throw new WeirError('WEIR-2008', `HTTP on ${host} can be reached from outside: set WEIR_TOKEN, or use 127.0.0.1`)
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestMs,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: lookMs(limits),
      shouldUpgradeCallback: isJoin,
    },
    routerOptions: { maxParamLength: 512 },
    forceCloseConnections: true,
  })
  app.server.maxConnections = limits.connectionsMax
  letGoOfStalled(app.server, limits)
  app.setValidatorCompiler(validatorCompiler)
  // What the answers look like is stated for those who read them, and tested; it must not make an answer fail.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  // Only what is declared as JSON is read as JSON: a form of a foreign page can send text/plain.
  app.removeContentTypeParser('text/plain')
  answerErrors(app, options)
  sendSafely(app)
  // Without a token everybody may everything, and a client that has a credential all the same gets a token of no meaning.
  const tokens = catalogTokens(token ?? '', () => clock.now())
  const identities = options.access?.identities ?? new Map()
  const users = httpUsers(identities, () => clock.now())
  const signedIn = sessions(() => clock.now())
  const logins = slowLogins(limits.failedLoginMs)
  guard(app, {
    host,
    users,
    slowLogins: logins,
    sessions: signedIn,
    ...(token === undefined ? {} : { token, catalogTokens: tokens }),
  })
  requireRights(app, options)
  takeWorkers(app, { host, ...(token === undefined ? {} : { token }), acceptWorker: options.acceptWorker })
  await describeApi(app)
  await app.register(async (api) => {
    for (const routes of [
      resourceRoutes,
      planRoutes,
      auditRoutes,
      ledgerRoutes,
      letterRoutes,
      deliveryRoutes,
      streamRoutes,
      recordRoutes,
      groupRoutes,
      sqlRoutes,
      eventRoutes,
      tableRoutes,
      tableInspectionRoutes,
      maintenanceRoutes,
      crawlerRoutes,
      processRoutes,
    ])
      routes(api, options)
    sessionRoutes(api, {
      identities,
      sessions: signedIn,
      slowLogins: logins,
      ...(token === undefined ? {} : { token }),
    })
  })
  const oauth = { tokens, users, isSecret: (text: string) => token === undefined || equal(text, token) }
  await app.register(
    async (iceberg) =>
      catalogRoutes(iceberg, { ...options, oauth, slowLogins: logins, errorOf: (thrown) => errorOf(thrown, limits) }),
    {
      prefix: '/iceberg',
    },
  )
  await app.register(async (registry) => serveSchemaRegistry(registry, options))
  await consoleRoutes(app, options)
  return app
}

function answerErrors(app: FastifyInstance, { logger, limits = defaultLimits }: HttpServerOptions): void {
  app.setErrorHandler(async (thrown, request, reply) => {
    const error = errorOf(thrown, limits, request.headers['content-type'])
    const status = statusOf(error)
    if (status >= 500) logger.error({ err: thrown, method: request.method, url: request.url }, 'a request failed')
    await reply.status(status).send(errorBody(error))
  })
}

function errorOf(thrown: unknown, { bodyBytesMax }: HttpLimits, contentType = 'of another type'): WeirError {
  if (thrown instanceof WeirError) return thrown
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const found = thrown.validation.map(
      ({ instancePath, message }) => `${instancePath.slice(1).replaceAll('/', '.') || 'it'}: ${message}`,
    )
    return new WeirError(
      'WEIR-7007',
      `the ${thrown.validationContext} of the request does not fit: ${found.join('; ')}`,
    )
  }
  const { statusCode, message } = thrown as { statusCode?: number; message?: string }
  if (statusCode === 413)
    return new WeirError('WEIR-7011', `the body is larger than ${bodyBytesMax} bytes. Send less at once`)
  if (statusCode === 415)
    return new WeirError(
      'WEIR-7007',
      `the body is said to be ${contentType}. Send JSON, with the header content-type: application/json`,
    )
  if (statusCode !== undefined && statusCode < 500) return new WeirError('WEIR-7007', String(message))
  return asWeirError(thrown)
}
