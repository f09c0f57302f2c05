import { health, readiness, status } from '../answers/process.ts'
import { typed, type Routes } from './route.ts'

/** Whether it runs, and how. */
export const processRoutes: Routes = (untyped, { operations: { process } }) => {
  const app = typed(untyped)
  const api = { tags: ['process'] }

  app.get('/health', { schema: { ...api, summary: 'This process answers', response: { 200: health } } }, () => ({
    status: 'ok',
  }))

  app.get(
    '/ready',
    {
      schema: {
        ...api,
        summary: 'Every endpoint answers; 503 with the reasons otherwise',
        response: { 200: readiness, 503: readiness },
      },
    },
    async (_request, reply) => {
      const state = await process.ready()
      return reply.status(state.ready ? 200 : 503).send(state)
    },
  )

  app.get(
    '/api/v1/status',
    { schema: { ...api, summary: 'Endpoints, processes, disk, rates, maintenance', response: { 200: status } } },
    () => process.status(),
  )

  app.get('/metrics', { schema: { ...api, summary: 'OpenMetrics of all processes' } }, async (_request, reply) => {
    const { contentType, text } = await process.metrics()
    return reply.type(contentType).send(text)
  })
}
