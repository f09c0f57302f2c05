import { z } from 'zod'
import { actorOf } from './actor.ts'
import { typed, type Routes } from './route.ts'

const page = z.strictObject({
  delivery: z.string(),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
  after: z.string().optional().describe('next of the page before.'),
})

export const letterRoutes: Routes = (untyped, { control, operations }) => {
  const app = typed(untyped)
  const api = { tags: ['dead letters'] }

  app.get(
    '/api/v1/dead-letters',
    { schema: { ...api, summary: 'Records that did not fit, with their bytes and the reason', querystring: page } },
    async ({ query: { delivery, limit, after } }) => {
      await control.get({ kind: 'delivery', name: delivery })
      return operations.letters.list(delivery, { limit, ...(after === undefined ? {} : { after }) })
    },
  )

  app.post(
    '/api/v1/dead-letters/replay',
    { schema: { ...api, summary: 'Try them again', body: z.strictObject({ delivery: z.string() }) } },
    async (request) => {
      const { delivery } = request.body
      await control.get({ kind: 'delivery', name: delivery })
      const result = await operations.letters.replay(delivery)
      await control.record({
        actor: actorOf(request),
        action: 'replay',
        kind: 'delivery',
        name: delivery,
        detail: result,
      })
      return result
    },
  )
}
