import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { errorBody } from '../http-status.ts'
import type { HttpServerOptions } from '../http-server-options.ts'

const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
const absent =
  'Weir is running. The console is not part of this installation: npm run build makes it. The API is described at /openapi.json.\n'

/** The console's files; every other address that a browser opens is a page of the console. */
export async function consoleRoutes(app: FastifyInstance, { consoleDirectory }: HttpServerOptions): Promise<void> {
  if (consoleDirectory !== undefined)
    await app.register(fastifyStatic, {
      root: consoleDirectory,
      index: false,
      // The build puts a compressed copy beside each file.
      preCompressed: true,
      // Names of built assets carry their hash.
      setHeaders: (response, path) =>
        void response.header(
          'cache-control',
          path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        ),
    })
  // The folder itself would be refused, because its listing is.
  if (consoleDirectory !== undefined) app.get('/', { schema: { hide: true } }, (_request, reply) => sendPage(reply))
  app.setNotFoundHandler(async (request, reply) => {
    const [path = ''] = request.url.split('?', 1)
    const isPage = isPagePath(request.method, path) && request.headers.accept?.includes('text/html') !== false
    if (!isPage) {
      const error = new WeirError(
        'WEIR-7010',
        `there is nothing at ${request.method} ${path}. /openapi.json lists what there is`,
      )
      return reply.status(404).send(errorBody(error))
    }
    if (consoleDirectory === undefined) return reply.type('text/plain; charset=utf-8').send(absent)
    return sendPage(reply)
  })
}

/** A name with a dot is a file only at the top: streams have dots in their names. */
function isPagePath(method: string, path: string): boolean {
  return method === 'GET' && !/^\/(api|iceberg|assets)\//.test(path) && !/^\/[^/]*\.\w+$/.test(path)
}

/** What is the same for everybody, and has nothing of the project in it: the page in which somebody signs in. */
export function isOfConsole({ method, url, routeOptions }: FastifyRequest): boolean {
  const [path = ''] = url.split('?', 1)
  if (method !== 'GET' && method !== 'HEAD') return false
  return (
    routeOptions.url === '/' ||
    routeOptions.url === '/*' ||
    (routeOptions.url === undefined && isPagePath(method, path))
  )
}

function sendPage(reply: FastifyReply): FastifyReply {
  return reply
    .header('content-security-policy', policy)
    .header('cross-origin-opener-policy', 'same-origin')
    .sendFile('index.html')
}
