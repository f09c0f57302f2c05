import { setTimeout as pause } from 'node:timers/promises'
import { apiVersionsApi } from '../../../protocol/apis/api-versions.ts'
import { saslAuthenticateApi } from '../../../protocol/apis/sasl-authenticate.ts'
import { saslHandshakeApi } from '../../../protocol/apis/sasl-handshake.ts'
import { kafkaErrors } from '../../../protocol/errors.ts'
import { readRequestHeader } from '../../../protocol/header.ts'
import { decodeRequest, encodeResponse } from '../../../protocol/messages.ts'
import { servedVersions } from '../../../protocol/versions.ts'
import type { ClientSession, LoginAnswer } from '../client-session.ts'
import { user as userPrincipal, type Principal } from '../principal.ts'
import { LoginFailed, type SaslExchange, type SaslStep } from './exchange.ts'
import type { LoginDelays } from '../../../../kernel/login-delays.ts'
import type { SaslMechanism } from './mechanism.ts'

export interface SaslServices {
  readonly mechanisms: readonly SaslMechanism[]
  /** How long a login holds; undefined for as long as its connection. */
  readonly sessionMs: number | undefined
  readonly requestBytesMax: number
  exchange(mechanism: SaslMechanism): SaslExchange
  readonly delays: LoginDelays
  monotonic(): number
  /** Told of each login's end. */
  onLogin(event: LoginEvent): void
}

export interface LoginEvent {
  readonly mechanism: string
  readonly outcome: 'success' | 'failure'
  readonly user: string | undefined
  readonly address: string
  readonly reason?: string
}

type Header = ReturnType<typeof readRequestHeader>

/** `tokens`: a mechanism was agreed on. Raw ones have no request around them, as before KIP-152. */
type State =
  | { readonly at: 'start' | 'versions-known' | 'open' }
  | { readonly at: 'tokens'; readonly mechanism: SaslMechanism; readonly exchange: SaslExchange; readonly raw: boolean }
  | { readonly at: 'failed' }

interface Login {
  readonly principal: Principal
  readonly mechanism: SaslMechanism
  readonly endsAt: number
}

const loginFrameBytesMax = 64 * 1024

/** A client of a listener with SASL: nothing is taken from it but what logs it in, and once more when its session ends (KIP-368). */
export function saslSession(address: string, services: SaslServices): ClientSession {
  let state: State = { at: 'start' }
  let login: Login | undefined

  function take(frame: Buffer): Promise<LoginAnswer> | undefined {
    if (state.at === 'failed') throw new Error('it goes on after a login that failed')
    if (state.at === 'tokens' && state.raw) return takeRaw(frame, state)
    const header = readRequestHeader(frame)
    if (header.apiKey === saslHandshakeApi.key) return handshake(frame, header)
    if (state.at === 'tokens') return authenticate(frame, header, state)
    if (!login) return versionsOnly(header)
    if (services.monotonic() < login.endsAt) return undefined
    throw new Error(`the session of ${login.principal.name.slice(0, 128)} has ended, and it did not log in again`)
  }

  /** The request is answered as for everybody. */
  function versionsOnly(header: Header): undefined {
    if (header.apiKey !== apiVersionsApi.key || state.at !== 'start')
      throw new Error(`it asks for API ${header.apiKey} before it has logged in`)
    // One in a version that is not known is asked again in an older one.
    if (header.apiVersion <= apiVersionsApi.versions.max) state = { at: 'versions-known' }
    return undefined
  }

  async function handshake(frame: Buffer, header: Header): Promise<LoginAnswer> {
    mustBeServed(header)
    if (state.at === 'tokens') throw new Error('it begins a login within a login')
    const { mechanism: asked } = decodeRequest(saslHandshakeApi, frame, header).body
    const { mechanisms } = services
    const mechanism = mechanisms.find((name) => name === asked && (!login || login.mechanism === name))
    if (mechanism) {
      state = { at: 'tokens', mechanism, exchange: services.exchange(mechanism), raw: header.apiVersion === 0 }
      return { answer: encodeResponse(saslHandshakeApi, header, { mechanisms }) }
    }
    const reason = login ? 'it logs in again by another mechanism' : `it asks for the mechanism ${asked.slice(0, 32)}`
    const failure = failed(new LoginFailed(reason, login?.principal.name), 'none')
    const errorCode = kafkaErrors.UNSUPPORTED_SASL_MECHANISM
    return { answer: encodeResponse(saslHandshakeApi, header, { errorCode, mechanisms }), failure }
  }

  async function authenticate(frame: Buffer, header: Header, tokens: State & { at: 'tokens' }): Promise<LoginAnswer> {
    if (header.apiKey !== saslAuthenticateApi.key)
      throw new Error(`it asks for API ${header.apiKey} in the middle of its login`)
    mustBeServed(header)
    const { authBytes } = decodeRequest(saslAuthenticateApi, frame, header).body
    try {
      const { token, user } = await step(authBytes, tokens)
      const sessionLifetimeMs = user === undefined ? 0 : (services.sessionMs ?? 0)
      return {
        answer: encodeResponse(saslAuthenticateApi, header, {
          errorMessage: null,
          authBytes: token,
          sessionLifetimeMs,
        }),
      }
    } catch (error) {
      const failure = await failedSlowly(error, tokens.mechanism)
      const errorCode = kafkaErrors.SASL_AUTHENTICATION_FAILED
      const errorMessage = `Authentication failed: the user or its proof is not valid for ${tokens.mechanism}`
      return { answer: encodeResponse(saslAuthenticateApi, header, { errorCode, errorMessage }), failure }
    }
  }

  async function takeRaw(frame: Buffer, tokens: State & { at: 'tokens' }): Promise<LoginAnswer> {
    try {
      const { token } = await step(frame, tokens)
      const length = Buffer.alloc(4)
      length.writeInt32BE(token.length)
      return { answer: [length, token] }
    } catch (error) {
      return { answer: [], failure: await failedSlowly(error, tokens.mechanism) }
    }
  }

  async function step(token: Buffer, { mechanism, exchange }: State & { at: 'tokens' }): Promise<SaslStep> {
    mustBeHeard()
    const result = await exchange.step(token).finally(mustBeHeard)
    if (result.user !== undefined) succeeded(result.user, mechanism)
    return result
  }

  /**
   * What is tried while too many failures of the address wait is no failed login either: it is closed unheard. Asked again when a
   * password has had its turn, for until then others may have failed: right or wrong, it is told the same.
   */
  function mustBeHeard(): void {
    if (!services.delays.mayTry(address))
      throw new Error('too many failed logins of this address wait for their answer')
  }

  function succeeded(name: string, mechanism: SaslMechanism): void {
    if (login && login.principal.name !== name) throw new LoginFailed('it logs in again as another user', name)
    const endsAt = services.monotonic() + (services.sessionMs ?? Infinity)
    login = { principal: userPrincipal(name), mechanism, endsAt }
    state = { at: 'open' }
    services.onLogin({ mechanism, outcome: 'success', user: name, address })
  }

  /** All failures alike, whatever the reason: later with each of them. */
  async function failedSlowly(error: unknown, mechanism: SaslMechanism): Promise<Error> {
    if (!(error instanceof LoginFailed)) throw error
    const failure = failed(error, mechanism)
    const wait = services.delays.failed(address, error.user)
    await pause(wait.ms, undefined, { ref: false })
    wait.waited()
    return failure
  }

  function failed(failure: LoginFailed, mechanism: string): LoginFailed {
    state = { at: 'failed' }
    const { user, message: reason } = failure
    services.onLogin({ mechanism, outcome: 'failure', user, address, reason })
    return failure
  }

  return {
    get principal() {
      return login?.principal
    },
    get frameBytesMax() {
      return login ? services.requestBytesMax : loginFrameBytesMax
    },
    take,
  }
}

function mustBeServed({ apiKey, apiVersion }: Header): void {
  const versions = servedVersions.get(apiKey)
  if (!versions || apiVersion < versions.min || apiVersion > versions.max)
    throw new Error(`it asks for API ${apiKey} in version ${apiVersion}, which is not served`)
}
