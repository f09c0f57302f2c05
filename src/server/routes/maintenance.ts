import { z } from 'zod'
import { compactionPlan, maintenanceRun } from '../answers/process.ts'
import { openEventStream } from '../event-stream.ts'
import { actorOf } from './actor.ts'
import { typed, type Routes } from './route.ts'

/** Hold: maintenance is held for as long as the connection lasts: whoever asked and died holds it no longer. */
export const maintenanceRoutes: Routes = (untyped, { control, operations: { maintenance } }) => {
  const app = typed(untyped)
  const api = { tags: ['tables'], params: z.object({ name: z.string() }) }
  const ident = async (name: string) => {
    const { spec } = await control.get({ kind: 'table', name })
    return { namespace: (spec as { readonly namespace: string }).namespace, name }
  }

  app.post(
    '/api/v1/maintenance/hold',
    {
      schema: {
        tags: ['process'],
        summary: 'Server-sent event `held` once no maintenance is at work; none begins until the connection closes',
      },
    },
    async (_request, reply) => {
      const stream = openEventStream(reply)
      const held = maintenance.hold()
      stream.onClose(() => void held.then((release) => release()))
      await held
      stream.send('held', {})
    },
  )

  const now = 'Compact a table now, after the maintenance that is at work'
  app.post(
    '/api/v1/tables/:name/compact',
    { schema: { ...api, summary: now, response: { 200: maintenanceRun } } },
    async (request) => {
      const { name } = request.params
      const run = await maintenance.compact(await ident(name))
      await control.record({ actor: actorOf(request), action: 'compact', kind: 'table', name, detail: { ...run } })
      return run
    },
  )

  app.get(
    '/api/v1/tables/:name/compaction',
    { schema: { ...api, summary: 'What compaction would do now', response: { 200: compactionPlan } } },
    async ({ params: { name } }) => ({ groups: await maintenance.planCompaction(await ident(name)) }),
  )
}
