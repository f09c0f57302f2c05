import { openEventStream } from '../event-stream.ts'
import { typed, type Routes } from './route.ts'

/** Maintenance is held for as long as the connection lasts: whoever asked and died holds it no longer. */
export const maintenanceRoutes: Routes = (untyped, { operations: { maintenance } }) => {
  typed(untyped).post(
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
}
