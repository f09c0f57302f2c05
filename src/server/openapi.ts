import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { errorAnswer } from './answers/process.ts'
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
    transform: withErrors,
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document) as Described),
  })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}

/** Every request may be answered with an error, and all errors look alike. */
const withErrors: typeof jsonSchemaTransform = (document) => {
  const { schema } = document
  if (!schema || schema.hide === true) return jsonSchemaTransform(document)
  const response = { ...(schema.response as object | undefined), '4xx': errorAnswer, '5xx': errorAnswer }
  return jsonSchemaTransform({ ...document, schema: { ...schema, response } })
}

interface Described {
  readonly paths: object
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

/** Each schema comes as it is read and as it is written; most are only ever read. */
function withoutUnused(described: Described): never {
  const used = JSON.stringify(described.paths)
  const isWanted = ([name]: readonly [string, object]): boolean =>
    !name.endsWith('Input') || used.includes(`"#/components/schemas/${name}"`)
  const schemas = Object.fromEntries(Object.entries(described.components.schemas).filter(isWanted))
  return { ...described, components: { ...described.components, schemas } } as never
}
