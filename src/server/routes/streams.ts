import { z } from 'zod'
import { items, page } from '../answers/list.ts'
import { acls, configured, streamConfig, streamFigures, streamListing, streamPartition } from '../answers/streams.ts'
import { actorOf } from './actor.ts'
import { resourceFilter, resourceFilterOf } from './resource-filter.ts'
import { typed, type Routes } from './route.ts'

const params = z.object({ name: z.string() })
const partitionsQuery = z.strictObject({
  from: z.coerce.number().int().min(0).default(0).describe('The first partition.'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})
const changes = z.strictObject({
  changes: z
    .record(z.string(), z.string().nullable())
    .describe("Settings by Kafka's names; null takes one back to its default."),
  dryRun: z.boolean().default(false).describe('Only say whether the log would take it.'),
})

/** Streams with their figures, settings and ACLs; what they are declared as is with the resources. */
export const streamRoutes: Routes = (untyped, { control, operations: { streams } }) => {
  const app = typed(untyped)
  const api = { tags: ['streams'], params }

  app.get(
    '/api/v1/streams',
    {
      schema: {
        tags: api.tags,
        summary: 'Streams by name, with their figures',
        querystring: resourceFilter.omit({ kind: true }).extend({
          skip: z.coerce.number().int().min(0).optional().describe('So many are left out first.'),
        }),
        response: { 200: page(streamListing).extend({ total: z.int().describe('Of all pages.') }) },
      },
    },
    async ({ query: { skip, ...query } }) => {
      const filter = { ...resourceFilterOf(query), kind: 'stream' }
      const [found, total] = await Promise.all([
        control.list({ ...filter, ...(skip === undefined ? {} : { skip }) }),
        control.count(filter),
      ])
      const figures = await streams.figures(found.items.map(({ name }) => name))
      return {
        items: found.items.map(({ name, state, reason, tags, origin, updatedAt }) => ({
          name,
          state,
          reason,
          tags,
          origin,
          updatedAt,
          figures: figures.get(name) ?? null,
        })),
        next: found.next,
        total,
      }
    },
  )

  app.get(
    '/api/v1/streams/:name',
    { schema: { ...api, summary: 'Figures of a stream', response: { 200: streamFigures } } },
    ({ params: { name } }) => streams.describe(name),
  )

  app.get(
    '/api/v1/streams/:name/partitions',
    {
      schema: {
        ...api,
        summary: 'Its partitions with offsets, size and leader',
        querystring: partitionsQuery,
        response: { 200: items(streamPartition) },
      },
    },
    async ({ params: { name }, query: { from, limit } }) => ({ items: await streams.partitions(name, from, limit) }),
  )

  app.get(
    '/api/v1/streams/:name/configs',
    { schema: { ...api, summary: 'Its settings, and where they come from', response: { 200: items(streamConfig) } } },
    async ({ params: { name } }) => ({ items: await streams.configs(name) }),
  )

  app.patch(
    '/api/v1/streams/:name/configs',
    { schema: { ...api, summary: 'Change settings', body: changes, response: { 200: configured } } },
    async (request) => {
      const { name } = request.params
      const { changes: wanted, dryRun } = request.body
      await streams.configure(name, wanted, dryRun)
      if (!dryRun)
        await control.record({ actor: actorOf(request), action: 'configure', kind: 'stream', name, detail: wanted })
      return { stream: name, changes: wanted, dryRun }
    },
  )

  app.get(
    '/api/v1/streams/:name/acls',
    { schema: { ...api, summary: 'ACLs about it, by name or by prefix', response: { 200: acls } } },
    async ({ params: { name } }) => {
      const found = await streams.acls(name)
      return { enabled: found !== null, items: found ?? [] }
    },
  )
}
