import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { specJsonSchema } from '../platform/kinds/json-schema.ts'
import { kinds } from '../platform/kinds/registry.ts'

/** `/openapi.json`, made from the routes, with the spec of every kind among its components. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Weir',
        version: '1',
        description:
          'Resources, ledger, dead letters and SQL. Errors are {"error": {code, message, remedy, details}}. Counts and offsets are decimal text.',
      },
      components: {
        schemas: Object.fromEntries(kinds.map((kind) => [`${kind.kind}Spec`, specJsonSchema(kind)])) as never,
      },
    },
    transform: jsonSchemaTransform,
  })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}
