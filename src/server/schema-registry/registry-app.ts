import { fastify, type FastifyInstance } from 'fastify'
import type { Logger } from '../../kernel/logger.ts'
import { asWeirError, type WeirError } from '../../kernel/errors/weir-error.ts'
import { RegistryRefusal } from '../../stream/registry/registry-refusal.ts'
import type { SchemaRegistry } from '../../stream/registry/schema-registry.ts'
import { statusOf } from '../http-status.ts'
import { compatibilityRoutes } from './compatibility-routes.ts'
import { contentType, schemaRegistryPrefix } from './registry-protocol.ts'
import { schemaRoutes } from './schema-routes.ts'
import { serverRoutes } from './server-routes.ts'
import { settingRoutes } from './setting-routes.ts'
import { subjectRoutes } from './subject-routes.ts'

const readTypes = [contentType, 'application/vnd.schemaregistry+json', 'application/json', 'application/octet-stream']
const routes = [subjectRoutes, schemaRoutes, settingRoutes, compatibilityRoutes, serverRoutes]

/** The REST API of Confluent's schema registry, answers, errors and all; ready to be handed requests. */
export async function createRegistryApp(
  registry: SchemaRegistry,
  logger: Logger,
  bodyLimit: number,
): Promise<FastifyInstance> {
  const app = fastify({ logger: false, bodyLimit, routerOptions: { maxParamLength: 512 } })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(readTypes, { parseAs: 'string' }, (_request, body, done) => parseJson(String(body), done))
  app.addHook('onSend', async (request, reply, payload) => {
    const accepted = request.headers.accept ?? contentType
    const isPlain = accepted.includes('application/json') && !accepted.includes('schemaregistry')
    reply.type(isPlain ? 'application/json' : contentType)
    return payload
  })
  app.setErrorHandler(async (thrown, request, reply) => {
    const refusal = refusalOf(thrown)
    if (refusal.status >= 500)
      logger.error({ err: thrown, method: request.method, url: request.url }, 'a request to the schema registry failed')
    return reply.status(refusal.status).send({ error_code: refusal.errorCode, message: refusal.message })
  })
  app.setNotFoundHandler(async (_request, reply) =>
    reply.status(404).send({ error_code: 404, message: 'HTTP 404 Not Found' }),
  )
  for (const prefix of [schemaRegistryPrefix, `${schemaRegistryPrefix}/contexts/:context`])
    await app.register(async (below) => routes.forEach((each) => each(below, registry)), { prefix })
  await app.ready()
  return app
}

function parseJson(body: string, done: (error: Error | null, parsed?: unknown) => void): void {
  try {
    done(null, body === '' ? undefined : JSON.parse(body))
  } catch (error) {
    done(new RegistryRefusal(400, `the body of the request is not JSON: ${(error as Error).message}`))
  }
}

function refusalOf(thrown: unknown): RegistryRefusal {
  if (thrown instanceof RegistryRefusal) return thrown
  const { statusCode, message } = thrown as { readonly statusCode?: number; readonly message?: string }
  if (statusCode !== undefined && statusCode < 500) return new RegistryRefusal(statusCode, String(message))
  return refusalOfError(asWeirError(thrown))
}

/** The store that does not answer is 50001, as clients know it. */
function refusalOfError(error: WeirError): RegistryRefusal {
  const status = statusOf(error)
  const isTooLarge = error.code === 'WEIR-3103' && error.details['error'] === 'MESSAGE_TOO_LARGE'
  if (isTooLarge) return new RegistryRefusal(42209, `the schema is too large for its topic: ${error.message}`)
  return new RegistryRefusal(status === 401 || status === 403 ? status : 50001, error.message)
}
