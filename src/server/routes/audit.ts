import { z } from 'zod'
import { typed, type Routes } from './route.ts'

const query = z.strictObject({
  kind: z.string().optional(),
  name: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

export const auditRoutes: Routes = (untyped, { control }) => {
  typed(untyped).get(
    '/api/v1/audit',
    { schema: { tags: ['resources'], summary: 'Who did what, newest first', querystring: query } },
    async ({ query: { kind, name, limit } }) => ({
      items: await control.audit({
        limit,
        ...(kind === undefined ? {} : { kind }),
        ...(name === undefined ? {} : { name }),
      }),
    }),
  )
}
