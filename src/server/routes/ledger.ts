import { z } from 'zod'
import { ledger, verifyJob } from '../answers/ledger.ts'
import { openEventStream } from '../event-stream.ts'
import { verifyJobs } from '../verify-jobs.ts'
import { typed, type Routes } from './route.ts'

const job = z.object({ id: z.string() })

export const ledgerRoutes: Routes = (untyped, { control, operations }) => {
  const app = typed(untyped)
  const api = { tags: ['ledger'] }
  const jobs = verifyJobs(operations.verifier)
  app.addHook('preClose', async () => jobs.stop())

  app.get(
    '/api/v1/ledger',
    {
      schema: { ...api, summary: 'in = delivered + rejected + pending, for every delivery', response: { 200: ledger } },
    },
    async () => ({
      hops: await operations.ledger.hops(),
    }),
  )

  app.post(
    '/api/v1/verify',
    {
      schema: {
        ...api,
        summary: 'Recount deliveries from their data; answers with a job',
        body: z.strictObject({ deliveries: z.array(z.string()).optional() }).nullish(),
        response: { 202: verifyJob },
      },
    },
    async ({ body }, reply) => {
      const wanted = body?.deliveries
      // Asked for by name: a name that there is not is an error now, not a failed job later.
      for (const name of wanted ?? []) await control.get({ kind: 'delivery', name })
      const { items } = wanted ? { items: [] } : await control.list({ kind: 'delivery', limit: 1000 })
      return reply.status(202).send(jobs.start(wanted ?? items.map(({ name }) => name)))
    },
  )

  app.get(
    '/api/v1/verify/:id',
    { schema: { ...api, summary: 'A verification', params: job, response: { 200: verifyJob } } },
    ({ params }) => jobs.get(params.id),
  )

  app.get(
    '/api/v1/verify/:id/events',
    { schema: { ...api, summary: 'Server-sent events: the job whenever it gets on', params: job } },
    (request, reply) => {
      const { params } = request
      const now = jobs.get(params.id)
      const stream = openEventStream(request, reply)
      const show = (each: typeof now): void => {
        if (each.id !== params.id) return
        stream.send('verify', each)
        if (each.state !== 'running') stream.end()
      }
      stream.onClose(jobs.subscribe(show))
      show(now)
    },
  )
}
