import { z } from 'zod'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import { crawledFiles } from '../answers/crawlers.ts'
import { openEventStream } from '../event-stream.ts'
import { actorOf } from './actor.ts'
import { typed, type Routes } from './route.ts'

export const crawlerRoutes: Routes = (untyped, { control, operations: { crawlers } }) => {
  const app = typed(untyped)
  const api = { tags: ['crawlers'], params: z.object({ name: z.string() }) }

  app.post(
    '/api/v1/crawlers/:name/crawl',
    {
      schema: {
        ...api,
        summary:
          'Crawl now. Server-sent events: `progress` while files are looked at, then `done` with what was found, or `failed`. It stops when the connection closes',
        body: z.strictObject({ dryRun: z.boolean().default(false).describe('Only say what would be found.') }),
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const { dryRun } = request.body
      // A name that there is not is an answer, not an event.
      await control.get({ kind: 'crawler', name })
      const stream = openEventStream(request, reply)
      const gone = new AbortController()
      stream.onClose(() => gone.abort())
      const progress = (done: number, total: number): void => stream.send('progress', { progress: { done, total } })
      try {
        const answer = await crawlers.crawl(name, { isDryRun: dryRun, signal: gone.signal, progress })
        const { summary } = answer
        if (!dryRun)
          await control.record({
            actor: actorOf(request),
            action: 'crawl',
            kind: 'crawler',
            name,
            detail: { ...summary },
          })
        stream.send('done', { done: answer })
      } catch (thrown) {
        const { code, message } = asWeirError(thrown)
        stream.send('failed', { failed: { code, message } })
      }
      stream.end()
    },
  )

  app.get(
    '/api/v1/crawlers/:name/files',
    {
      schema: {
        ...api,
        summary: 'What became of each file in the last crawl',
        querystring: z.object({
          limit: z.coerce.number().int().min(1).max(1000).default(100),
          skip: z.coerce.number().int().min(0).default(0),
          leftOut: z.enum(['true', 'false']).default('false').describe('Only files that are not in the table.'),
        }),
        response: { 200: crawledFiles },
      },
    },
    async ({ params: { name }, query: { limit, skip, leftOut } }) => {
      const { items, total } = await crawlers.files(name, { limit, skip, leftOut: leftOut === 'true' })
      return { items: [...items], total } as z.input<typeof crawledFiles>
    },
  )
}
