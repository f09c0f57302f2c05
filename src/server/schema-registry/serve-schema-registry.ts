import type { FastifyInstance } from 'fastify'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { HttpServerOptions } from '../http-server-options.ts'
import { defaultLimits } from '../http-limits.ts'
import { statusOf } from '../http-status.ts'
import { contentType, schemaRegistryPrefix } from './registry-protocol.ts'

/**
 * Hands requests to the schema registry's own app, once the guard has let them through. That app is loaded with the first of them: most
 * projects have none.
 */
export function serveSchemaRegistry(app: FastifyInstance, options: HttpServerOptions): void {
  const { schemaRegistry, logger, limits = defaultLimits } = options
  let loaded: Promise<FastifyInstance> | undefined

  async function load(): Promise<FastifyInstance> {
    const [{ createRegistryApp }, registry] = await Promise.all([import('./registry-app.ts'), schemaRegistry.open()])
    return createRegistryApp(registry, logger, limits.bodyBytesMax)
  }

  app.setErrorHandler(async (thrown, _request, reply) => {
    const status = thrown instanceof WeirError ? statusOf(thrown) : 500
    return reply
      .status(status)
      .type(contentType)
      .send({ error_code: status, message: (thrown as Error).message })
  })
  for (const path of [schemaRegistryPrefix, `${schemaRegistryPrefix}/*`])
    app.all(path, {
      schema: { hide: true },
      // Before the body is read: that is for the other app to do.
      onRequest: async (request, reply) => {
        const registryApp = await (loaded ??= load())
        reply.hijack()
        registryApp.routing(request.raw, reply.raw)
      },
      handler: () => undefined,
    })
  app.addHook('onClose', async () => (await loaded)?.close())
}
