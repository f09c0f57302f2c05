import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { WeirError } from '../../kernel/errors/weir-error.ts'
import type { SlowLogins } from '../access/slow-logins.ts'
import { principalOf } from '../access/request-principal.ts'
import type { HttpServerOptions } from '../http-server-options.ts'
import { statusOf } from '../http-status.ts'
import { answerTokenRequest, tokenPath, type OAuthOptions } from './oauth.ts'

export interface CatalogRoutesOptions extends Pick<HttpServerOptions, 'access' | 'catalog' | 'logger'> {
  readonly oauth: OAuthOptions
  readonly slowLogins: SlowLogins
  readonly errorOf: (thrown: unknown) => WeirError
}

/** The Iceberg REST catalog. Bodies stay text: ids in them may exceed what a JavaScript number holds. */
export function catalogRoutes(
  app: FastifyInstance,
  { access, catalog, oauth, slowLogins, errorOf, logger }: CatalogRoutesOptions,
): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.setErrorHandler(async (thrown, request, reply) => {
    const error = errorOf(thrown)
    const code = error.code === 'WEIR-7014' ? 419 : statusOf(error)
    if (code >= 500) logger.error({ err: thrown, method: request.method, url: request.url }, 'a request failed')
    const message = `${error.message} (${error.code})`
    await reply
      .status(code)
      .send({ error: { message, type: types[code] ?? (code < 500 ? types[400] : types[500]), code } })
  })
  app.post(tokenPath.slice('/iceberg'.length), { schema: { hide: true } }, async (request, reply) => {
    const form = new URLSearchParams(textOf(request.body))
    slowLogins.mustBeHeard(request.ip)
    const { status, body } = answerTokenRequest({ form, authorization: request.headers.authorization }, oauth)
    if (status >= 400) await slowLogins.failed(request.ip, form.get('client_id') ?? undefined)
    return reply.status(status).header('cache-control', 'no-store').send(body)
  })
  app.all('/*', { schema: { hide: true } }, async (request, reply) => {
    const [path = '', search] = request.url.slice('/iceberg'.length).split('?', 2)
    const rights = await access?.accessOf(principalOf(request))
    const response = await catalog.handle({
      ...(rights === undefined ? {} : { access: rights }),
      method: request.method,
      path,
      query: Object.fromEntries(new URLSearchParams(search)),
      headers: request.headers as Readonly<Record<string, string | undefined>>,
      body: textOf(request.body),
    })
    const { status, headers, pieces } = response
    reply
      .status(status)
      .headers(headers)
      .serializer((payload: string) => payload)
    if (pieces === undefined) return reply.send(response.body)
    const length = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)
    return reply.header('content-length', length).send(Readable.from(pieces, { objectMode: false }))
  })
}

/** What Iceberg clients call the refusals that come before the catalog. */
const types: Readonly<Record<number, string>> = {
  400: 'BadRequestException',
  401: 'NotAuthorizedException',
  403: 'ForbiddenException',
  419: 'AuthenticationTimeoutException',
  500: 'InternalServerError',
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : ''
}
