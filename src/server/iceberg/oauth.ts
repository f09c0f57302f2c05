import { basicOf } from '../access/credentials.ts'
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
  /** Users of the project, and whether a text is the password of one. */
  readonly users: OAuthUsers
}

export interface OAuthUsers {
  /** Undefined for a name that is no user's. */
  find(name: string): OAuthUser | undefined
  /** The user whose token it is; undefined where it is none, or not good any more. */
  ofToken(token: string): OAuthUser | undefined
}

export interface OAuthUser {
  readonly knows: (password: string) => boolean
  readonly issue: () => string
}

/**
 * Client credentials (RFC 6749, 4.4) and the exchange by which clients renew their token (RFC 8693). A client is a user of
 * the project, or shows the one secret of the server, its id its own to choose. Scopes are answered as asked: there is nothing smaller than the catalog to give.
 */
export function answerTokenRequest(request: OAuthRequest, options: OAuthOptions): OAuthAnswer {
  const { form } = request
  const grant = form.get('grant_type')
  if (grant !== 'client_credentials' && grant !== tokenExchange)
    return refused(400, 'unsupported_grant_type', `grant_type ${grant} is not client_credentials or token-exchange`)
  const basic = basicOf(request.authorization)
  const client = { name: form.get('client_id') ?? basic?.name, secret: form.get('client_secret') ?? basic?.password }
  const token = tokenFor(grant, client, form.get('subject_token') ?? '', options)
  if (typeof token !== 'string') return token
  const scope = form.get('scope')
  return {
    status: 200,
    body: {
      access_token: token,
      token_type: 'bearer',
      expires_in: tokenLifetimeMs / 1000,
      issued_token_type: accessToken,
      ...(scope === null ? {} : { scope }),
    },
  }
}

interface Client {
  readonly name: string | undefined
  readonly secret: string | undefined
}

/** A client whose id is a user's is that user, and shows the user's password; any other shows the secret of the server. */
function tokenFor(
  grant: string,
  { name, secret }: Client,
  subject: string,
  { tokens, isSecret, users }: OAuthOptions,
): string | OAuthAnswer {
  const renewed = grant === tokenExchange ? users.ofToken(subject) : undefined
  if (renewed) return renewed.issue()
  const user = name === undefined ? undefined : users.find(name)
  if (user && secret !== undefined)
    return user.knows(secret)
      ? user.issue()
      : refused(401, 'invalid_client', `The client secret is not the password of the user "${name}"`)
  const knows = secret !== undefined && isSecret(secret)
  if (grant === 'client_credentials' && !knows)
    return refused(401, 'invalid_client', 'The client secret is not the token of this Weir (WEIR_TOKEN)')
  if (grant === tokenExchange && !knows && !isSecret(subject) && tokens.check(subject) !== 'good')
    return refused(400, 'invalid_grant', 'The token to exchange is not of this Weir, or has expired')
  return tokens.issue()
}

function refused(status: number, error: string, description: string): OAuthAnswer {
  return { status, body: { error, error_description: description } }
}
