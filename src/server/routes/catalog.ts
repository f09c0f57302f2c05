import type { FastifyInstance } from 'fastify'
import type { HttpServerOptions } from '../http-server-options.ts'

/** The Iceberg REST catalog. Bodies stay text: ids in them may exceed what a JavaScript number holds. */
export function catalogRoutes(app: FastifyInstance, { catalog }: HttpServerOptions): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.all('/*', { schema: { hide: true } }, async (request, reply) => {
    const [path = '', search] = request.url.slice('/iceberg'.length).split('?', 2)
    const { status, headers, body } = await catalog.handle({
      method: request.method,
      path,
      query: Object.fromEntries(new URLSearchParams(search)),
      headers: request.headers as Readonly<Record<string, string | undefined>>,
      body: typeof request.body === 'string' ? request.body : '',
    })
    return reply
      .status(status)
      .headers(headers)
      .serializer((payload: string) => payload)
      .send(body)
  })
}
