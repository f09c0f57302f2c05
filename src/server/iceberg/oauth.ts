import { tokenLifetimeMs, type CatalogTokens } from './catalog-tokens.ts'

/** Where Iceberg clients ask for a token when they are given a credential and no other address (REST specification, OAuth). */
export const tokenPath = '/iceberg/v1/oauth/tokens'

const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange'

export interface OAuthAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface OAuthRequest {
  readonly form: URLSearchParams
  /** The authorization header. */
  readonly authorization: string | undefined
}

export interface OAuthOptions {
  readonly tokens: CatalogTokens
  /** Whether it is the one secret of this server. */
  readonly isSecret: (text: string) => boolean
}

/**
 * Client credentials (RFC 6749, 4.4) and the exchange by which clients renew their token (RFC 8693). There is one secret; the
 * client's id is its own to choose. Scopes are answered as asked: there is nothing smaller than the catalog to give.
 */
export function answerTokenRequest(request: OAuthRequest, { tokens, isSecret }: OAuthOptions): OAuthAnswer {
  const { form } = request
  const grant = form.get('grant_type')
  if (grant !== 'client_credentials' && grant !== tokenExchange)
    return refused(400, 'unsupported_grant_type', `grant_type ${grant} is not client_credentials or token-exchange`)
  const secret = form.get('client_secret') ?? passwordOf(request.authorization)
  const knows = secret !== undefined && isSecret(secret)
  if (grant === 'client_credentials' && !knows)
    return refused(401, 'invalid_client', 'The client secret is not the token of this Weir (WEIR_TOKEN)')
  const subject = form.get('subject_token') ?? ''
  if (grant === tokenExchange && !knows && !isSecret(subject) && tokens.check(subject) !== 'good')
    return refused(400, 'invalid_grant', 'The token to exchange is not of this Weir, or has expired')
  const scope = form.get('scope')
  return {
    status: 200,
    body: {
      access_token: tokens.issue(),
      token_type: 'bearer',
      expires_in: tokenLifetimeMs / 1000,
      issued_token_type: accessToken,
      ...(scope === null ? {} : { scope }),
    },
  }
}

function refused(status: number, error: string, description: string): OAuthAnswer {
  return { status, body: { error, error_description: description } }
}

function passwordOf(header: string | undefined): string | undefined {
  const encoded = /^basic +(\S+)$/i.exec(header ?? '')?.[1]
  return encoded === undefined ? undefined : /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8'))?.[1]
}
