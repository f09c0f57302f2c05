import { z } from 'zod'
import { items } from '../answers/list.ts'
import { auditEntry } from '../answers/resource.ts'
import { typed, type Routes } from './route.ts'

const query = z.strictObject({
  kind: z.string().optional(),
  name: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

export const auditRoutes: Routes = (untyped, { control }) => {
  typed(untyped).get(
    '/api/v1/audit',
    {
      schema: {
        tags: ['resources'],
        summary: 'Who did what, newest first',
        querystring: query,
        response: { 200: items(auditEntry) },
      },
    },
    async ({ query: { kind, name, limit } }) => ({
      items: await control.audit({
        limit,
        ...(kind === undefined ? {} : { kind }),
        ...(name === undefined ? {} : { name }),
      }),
    }),
  )
}
