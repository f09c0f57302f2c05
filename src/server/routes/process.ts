import { health, readiness, status } from '../answers/process.ts'
import { formatFor } from '../../platform/supervisor/metrics/metrics-text.ts'
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

  const summary =
    'Metrics of all processes, in the text format of Prometheus or, where it is accepted, of OpenMetrics 1.0'
  app.get('/metrics', { schema: { ...api, summary } }, async ({ headers }, reply) => {
    const { contentType, text } = await process.metrics(formatFor(headers.accept))
    return reply.type(contentType).send(text)
  })
}
