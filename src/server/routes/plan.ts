import { z } from 'zod'
import type { DeclaredProject } from '../../platform/project/project.ts'
import { plan } from '../answers/plan.ts'
import { actorOf } from './actor.ts'
import { typed, type Routes } from './route.ts'

const project = z.object({
  name: z.string(),
  resources: z
    .array(
      z.object({
        kind: z.string(),
        name: z.string(),
        spec: z.unknown(),
        tags: z.record(z.string(), z.string()).default({}),
        at: z.string().optional(),
      }),
    )
    .max(100_000),
})

/** The commands load the project file and send what it declares; the control plane checks all of it again. */
export const planRoutes: Routes = (untyped, { control }) => {
  const app = typed(untyped)
  const api = { tags: ['project'], body: project, response: { 200: plan } }

  app.post('/api/v1/plan', { schema: { ...api, summary: 'What apply would change' } }, ({ body }) =>
    control.plan(body as DeclaredProject),
  )

  app.post(
    '/api/v1/apply',
    {
      schema: {
        ...api,
        summary: 'Make the project so; refuses what destroys data unless allowed',
        querystring: z.strictObject({ allowDestructive: z.enum(['true', 'false']).default('false') }),
      },
    },
    (request) =>
      control.apply(request.body as DeclaredProject, {
        actor: actorOf(request),
        allowDestructive: request.query.allowDestructive === 'true',
      }),
  )
}
