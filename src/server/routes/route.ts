import type { FastifyInstance, RawServerDefault, FastifyBaseLogger } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpServerOptions } from '../http-server-options.ts'

/** An app whose handlers know the types of what their Zod schemas let through. */
export type TypedApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

export function typed(app: FastifyInstance): TypedApp {
  return app.withTypeProvider<ZodTypeProvider>()
}

export type Routes = (app: FastifyInstance, options: HttpServerOptions) => void
