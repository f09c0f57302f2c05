import { z } from 'zod'
import { flushed, resumed } from '../answers/records.ts'
import { actorOf } from './actor.ts'
import { typed, type Routes } from './route.ts'

const params = z.object({ name: z.string() })
const choice = z.enum(['deliver-again', 'go-on', 'accept-loss', 'adopt-table', 'try-again'])

/** What an operator tells a delivery. */
export const deliveryRoutes: Routes = (untyped, { control, operations }) => {
  const app = typed(untyped)
  const api = { tags: ['deliveries'], params }

  app.post(
    '/api/v1/deliveries/:name/flush',
    { schema: { ...api, summary: 'Commit now what was accepted', response: { 200: flushed } } },
    async ({ params: { name } }) => {
      await control.get({ kind: 'delivery', name })
      return operations.letters.flush(name)
    },
  )

  app.post(
    '/api/v1/deliveries/:name/resume',
    {
      schema: {
        ...api,
        summary: 'Answer a delivery that has halted',
        body: z.strictObject({ choice }),
        response: { 200: resumed },
      },
    },
    async (request) => {
      const { name } = request.params
      await control.get({ kind: 'delivery', name })
      await operations.letters.resume(name, request.body.choice)
      await control.record({ actor: actorOf(request), action: 'resume', kind: 'delivery', name, detail: request.body })
      return { resumed: name, choice: request.body.choice }
    },
  )
}
