import { z } from 'zod'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { specJsonSchema } from '../../platform/kinds/json-schema.ts'
import { kinds } from '../../platform/kinds/registry.ts'
import { items, page } from '../answers/list.ts'
import { deleting, historyEntry, kindDescription, resource, resourceStatus } from '../answers/resource.ts'
import { resourceFilter, resourceFilterOf } from './resource-filter.ts'
import { typed, type Routes } from './route.ts'
import { onlyKnown } from '../access/only-known.ts'
import { principalOf } from '../access/request-principal.ts'
import { actorOf } from './actor.ts'

const tags = z.record(z.string(), z.string())
const reference = z.object({ kind: z.string(), name: z.string() })
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')

/** CRUD of every kind alike. Versions: If-Match takes the number that a read gave, or its ETag. */
export const resourceRoutes: Routes = (untyped, { access, control }) => {
  const app = typed(untyped)
  const api = { tags: ['resources'] }

  app.get(
    '/api/v1/kinds',
    {
      schema: { ...api, summary: 'Every kind, with the schema of its spec', response: { 200: items(kindDescription) } },
    },
    () => ({
      items: kinds.map((kind) => ({
        kind: kind.kind,
        plural: kind.plural,
        summary: kind.summary,
        example: kind.example,
        schema: specJsonSchema(kind),
      })),
    }),
  )

  app.get(
    '/api/v1/resources',
    { schema: { ...api, summary: 'List', querystring: resourceFilter, response: { 200: page(resource) } } },
    async (request) =>
      onlyKnown(
        await control.list(resourceFilterOf(request.query)),
        await access?.accessOf(principalOf(request)),
        principalOf(request),
      ),
  )

  app.post(
    '/api/v1/resources',
    {
      schema: {
        ...api,
        summary: 'Create',
        body: z.strictObject({ kind: z.string(), name: z.string(), spec: z.unknown(), tags: tags.default({}) }),
        response: { 201: resource },
      },
    },
    async (request, reply) => {
      const made = await control.put(
        { ...request.body, spec: request.body.spec ?? {} },
        { actor: actorOf(request), mustBeNew: true },
      )
      return reply.status(201).header('etag', `"${made.version}"`).send(made)
    },
  )

  app.get(
    '/api/v1/resources/:kind/:name',
    { schema: { ...api, summary: 'Read', params: reference, response: { 200: resource } } },
    async ({ params }, reply) => {
      const found = await control.get(params)
      return reply.header('etag', `"${found.version}"`).send(found)
    },
  )

  app.put(
    '/api/v1/resources/:kind/:name',
    {
      schema: {
        ...api,
        summary: 'Create or change',
        params: reference,
        querystring: z.strictObject({ allowDestructive: flag }),
        body: z.strictObject({ spec: z.unknown(), tags: tags.default({}) }),
        response: { 200: resource },
      },
    },
    async (request, reply) => {
      const { params, body, query, headers } = request
      const desired = { ...params, spec: body.spec ?? {}, tags: body.tags }
      const put = await control.put(desired, {
        actor: actorOf(request),
        ...query,
        ...versionOf(headers['if-match']),
      })
      return reply.header('etag', `"${put.version}"`).send(put)
    },
  )

  app.delete(
    '/api/v1/resources/:kind/:name',
    {
      schema: {
        ...api,
        summary: 'Delete',
        params: reference,
        querystring: z.strictObject({ allowDestructive: flag }),
        response: { 202: deleting },
      },
    },
    async (request, reply) => {
      const { params, query, headers } = request
      await control.remove(params, { actor: actorOf(request), ...query, ...versionOf(headers['if-match']) })
      return reply.status(202).send({ deleting: params })
    },
  )

  app.get(
    '/api/v1/resources/:kind/:name/history',
    {
      schema: { ...api, summary: 'Versions, newest first', params: reference, response: { 200: items(historyEntry) } },
    },
    async ({ params }) => ({
      items: await control.history(params),
    }),
  )

  app.get(
    '/api/v1/resources/:kind/:name/status',
    { schema: { ...api, summary: 'Live figures', params: reference, response: { 200: resourceStatus } } },
    ({ params }) => control.status(params),
  )
}

function versionOf(header: string | undefined): { readonly ifVersion?: number } {
  if (header === undefined || header === '*') return {}
  const version = /^(?:W\/)?"?(\d+)"?$/.exec(header)?.[1]
  if (version === undefined)
    throw new WeirError('WEIR-7007', `If-Match takes the version that a read gave, not ${header}`)
  return { ifVersion: Number(version) }
}
