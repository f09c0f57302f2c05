import { openEventStream } from '../event-stream.ts'
import { typed, type Routes } from './route.ts'

/** Changes of resources as they happen, and rates about once a second. */
export const eventRoutes: Routes = (untyped, { control, operations }) => {
  typed(untyped).get(
    '/api/v1/events',
    { schema: { tags: ['process'], summary: 'Server-sent events: resource, table, rates' } },
    (request, reply) => {
      const stream = openEventStream(request, reply)
      const endings = [
        control.subscribe(({ type, ...event }) => stream.send(type, event)),
        operations.process.onRates((rates) => stream.send('rates', rates)),
      ]
      stream.onClose(() => endings.forEach((end) => end()))
    },
  )
}
