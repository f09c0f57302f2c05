import type { FastifyInstance } from 'fastify'
import { systemClock } from '../../src/kernel/clock.ts'
import { silentLogger } from '../../src/kernel/logger.ts'
import { createControlPlane } from '../../src/platform/control/create-control-plane.ts'
import { createHttpServer } from '../../src/server/create-http-server.ts'
import type { HttpServerOptions } from '../../src/server/http-server-options.ts'
import { createLazySchemaRegistry } from '../../src/stream/registry/lazy-schema-registry.ts'
import { openMetadata } from '../../src/storage/metadata/metadata.ts'
import { pretendOperations } from './pretended-operations.ts'
import { pretendServices } from './pretended-services.ts'

/** The HTTP server over a control plane of its own and pretended parts; not listening unless `run` makes it. */
export async function withHttpServer(
  options: Partial<HttpServerOptions>,
  run: (app: FastifyInstance) => Promise<void>,
): Promise<void> {
  const metadata = await openMetadata(':memory:')
  const control = createControlPlane({
    metadata,
    tables: metadata.pointers,
    services: pretendServices(),
    clock: systemClock,
    logger: silentLogger,
  })
  try {
    const catalog: HttpServerOptions['catalog'] = {
      handle: async ({ method, path, query, body }) => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ method, path, query, body }),
      }),
    }
    const app = await createHttpServer({
      host: '127.0.0.1',
      control,
      catalog,
      operations: pretendOperations(),
      acceptWorker: (connection) => connection.destroy(),
      schemaRegistry: createLazySchemaRegistry({
        kafka: () => Promise.reject(new Error('no log')),
        logger: silentLogger,
      }),
      logger: silentLogger,
      ...options,
    })
    await run(app).finally(() => app.close())
  } finally {
    await metadata.close()
  }
}
