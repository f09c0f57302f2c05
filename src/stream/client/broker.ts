import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Api } from '../protocol/api.ts'
import type { Decoded, Input, Shape, VersionRange } from '../protocol/field.ts'
import { decodeResponse, encodeRequest } from '../protocol/messages.ts'
import { unreachable, type Address } from './connection.ts'
import { createLines, type Caller, type Line } from './lines.ts'

/** Versions beyond which we would have to name topics by id, or speak for the new group protocol. */
const versionsMax: ReadonlyMap<number, number> = new Map([
  [0, 12],
  [8, 9],
  [9, 9],
])

export interface CallOptions {
  readonly timeoutMs: number
  /** Ends the call and its connection. */
  readonly signal?: AbortSignal | undefined
  /** The version is one of these; WEIR-3104 when the broker has none of them. */
  readonly versions?: VersionRange
  /** The answer is read into this when it fits, and its bytes are views of it. */
  readonly into?: Buffer | undefined
}

export interface Answer<R extends Shape> {
  readonly version: number
  readonly body: Decoded<R>
}

/**
 * One broker by its address: connections are opened when first used and anew after they broke. `call` goes through one shared
 * connection, many at a time, in order. `callAlone` has a connection of its own for as long as it takes, for calls that wait at
 * the broker and would hold up what comes after.
 */
export interface Broker {
  readonly address: string
  call<Q extends Shape, R extends Shape>(api: Api<Q, R>, body: Body<Q>, options: CallOptions): Promise<Answer<R>>
  callAlone<Q extends Shape, R extends Shape>(api: Api<Q, R>, body: Body<Q>, options: CallOptions): Promise<Answer<R>>
  /** A request that the broker does not answer. */
  send<Q extends Shape>(api: Api<Q>, body: Body<Q>, options: CallOptions): Promise<void>
  close(reason: WeirError): void
}

/** The body, or how it is for the version that was agreed on. */
type Body<Q extends Shape> = Input<Q> | ((version: number) => Input<Q>)

export function createBroker(at: Address, caller: Caller): Broker {
  const address = `${at.host}:${at.port}`
  const lines = createLines(at, caller)
  let lastCorrelationId = 0

  function encode<Q extends Shape>(api: Api<Q>, line: Line, body: Body<Q>, options: CallOptions) {
    const apiVersion = agreeOnVersion(api, line, options.versions, address)
    const correlationId = (lastCorrelationId = (lastCorrelationId + 1) & 0x7fffffff)
    const input = typeof body === 'function' ? body(apiVersion) : body
    const header = { apiVersion, correlationId, clientId: caller.clientId }
    return { apiVersion, correlationId, frame: encodeRequest(api, header, input) }
  }

  async function exchange<Q extends Shape, R extends Shape>(
    line: Line,
    api: Api<Q, R>,
    body: Body<Q>,
    options: CallOptions,
  ): Promise<Answer<R>> {
    const { apiVersion, correlationId, frame } = encode(api, line, body, options)
    const answer = await line.connection.request(frame, correlationId, options.timeoutMs, options.into)
    return { version: apiVersion, body: decodeResponse(api, apiVersion, answer).body }
  }

  return {
    address,
    async call(api, body, options) {
      return exchange(await lines.shared(options.timeoutMs), api, body, options)
    },
    async callAlone(api, body, options) {
      const { signal, timeoutMs } = options
      signal?.throwIfAborted()
      const line = await lines.take(timeoutMs)
      const abort = (): void => line.connection.close(unreachable(address, 'the call was aborted'))
      signal?.addEventListener('abort', abort)
      try {
        if (signal?.aborted) abort()
        return await exchange(line, api, body, options)
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      } finally {
        signal?.removeEventListener('abort', abort)
        lines.giveBack(line)
      }
    },
    async send(api, body, options) {
      const line = await lines.shared(options.timeoutMs)
      await line.connection.send(encode(api, line, body, options).frame)
    },
    close: (reason) => lines.close(reason),
  }
}

/** The newest version that both sides have and that is wanted. */
function agreeOnVersion(api: Api, line: Line, wanted: VersionRange = anyVersion, address: string): number {
  const theirs = line.versions.get(api.key) ?? noVersion
  const version = Math.min(theirs.max, api.versions.max, wanted.max, versionsMax.get(api.key) ?? Infinity)
  if (version >= Math.max(theirs.min, api.versions.min, wanted.min)) return version
  const offered = theirs.max < 0 ? 'does not have it' : `has versions ${theirs.min} to ${theirs.max}`
  throw new WeirError('WEIR-3104', `the Kafka broker at ${address} cannot be asked ${api.name}: it ${offered}`)
}

const anyVersion: VersionRange = { min: 0, max: Infinity }
const noVersion: VersionRange = { min: 0, max: -1 }
