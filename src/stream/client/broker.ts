import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Api } from '../protocol/api.ts'
import { apiVersionsApi } from '../protocol/apis/api-versions.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import type { Decoded, Input, Shape, VersionRange } from '../protocol/field.ts'
import { decodeResponse, encodeRequest } from '../protocol/messages.ts'
import { openConnection, unreachable, type Address, type Connect, type Connection } from './connection.ts'

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

interface Line {
  readonly connection: Connection
  readonly versions: ReadonlyMap<number, VersionRange>
}

/** How to reach brokers, and who asks. */
export interface Caller {
  readonly clientId: string
  readonly connect: Connect
}

export function createBroker(at: Address, { clientId, connect }: Caller): Broker {
  const address = `${at.host}:${at.port}`
  const idle: Line[] = []
  const lines = new Set<Line>()
  let shared: Promise<Line> | undefined
  let closed: WeirError | undefined
  let lastCorrelationId = 0

  async function openLine(timeoutMs: number): Promise<Line> {
    if (closed) throw closed
    const connection = await openConnection(connect, at, timeoutMs)
    try {
      const line = { connection, versions: await negotiate(connection, timeoutMs) }
      if (closed) throw closed
      lines.add(line)
      return line
    } catch (error) {
      connection.close(error as WeirError)
      throw error
    }
  }

  async function negotiate(connection: Connection, timeoutMs: number): Promise<Map<number, VersionRange>> {
    const ask = async (apiVersion: number): Promise<Buffer> => {
      const correlationId = ++lastCorrelationId
      const header = { apiVersion, correlationId, clientId }
      const body = { clientSoftwareName: 'weir', clientSoftwareVersion: '0.1.0' }
      return connection.request(encodeRequest(apiVersionsApi, header, body), correlationId, timeoutMs)
    }
    let version = 3
    let frame = await ask(version)
    // A broker that does not know the version says so in the oldest form (KIP-511).
    if (frame.readInt16BE(4) === kafkaErrors.UNSUPPORTED_VERSION) frame = await ask((version = 0))
    const { apiKeys } = decodeResponse(apiVersionsApi, version, frame).body
    return new Map(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]))
  }

  async function sharedLine(timeoutMs: number): Promise<Line> {
    const current = (shared ??= openLine(timeoutMs))
    const line = await current.catch((error: unknown) => {
      if (shared === current) shared = undefined
      throw error
    })
    if (line.connection.usable) return line
    lines.delete(line)
    if (shared === current) shared = undefined
    return sharedLine(timeoutMs)
  }

  /** One that the broker has not closed meanwhile. */
  function idleLine(): Line | undefined {
    for (let line = idle.pop(); line; line = idle.pop()) {
      if (line.connection.usable) return line
      lines.delete(line)
    }
    return undefined
  }

  function encode<Q extends Shape>(api: Api<Q>, line: Line, body: Body<Q>, options: CallOptions) {
    const apiVersion = agree(api, line, options.versions)
    const correlationId = (lastCorrelationId = (lastCorrelationId + 1) & 0x7fffffff)
    const input = typeof body === 'function' ? body(apiVersion) : body
    return { apiVersion, correlationId, frame: encodeRequest(api, { apiVersion, correlationId, clientId }, input) }
  }

  function agree(api: Api, line: Line, wanted: VersionRange = { min: 0, max: Infinity }): number {
    const theirs = line.versions.get(api.key) ?? { min: 0, max: -1 }
    const version = Math.min(theirs.max, api.versions.max, wanted.max, versionsMax.get(api.key) ?? Infinity)
    if (version >= Math.max(theirs.min, api.versions.min, wanted.min)) return version
    const offered = theirs.max < 0 ? 'does not have it' : `has versions ${theirs.min} to ${theirs.max}`
    throw new WeirError('WEIR-3104', `the Kafka broker at ${address} cannot be asked ${api.name}: it ${offered}`)
  }

  async function exchange<Q extends Shape, R extends Shape>(
    line: Line,
    api: Api<Q, R>,
    body: Body<Q>,
    options: CallOptions,
  ): Promise<Answer<R>> {
    const { apiVersion, correlationId, frame } = encode(api, line, body, options)
    const answer = await line.connection.request(frame, correlationId, options.timeoutMs)
    return { version: apiVersion, body: decodeResponse(api, apiVersion, answer).body }
  }

  return {
    address,
    async call(api, body, options) {
      return exchange(await sharedLine(options.timeoutMs), api, body, options)
    },
    async callAlone(api, body, options) {
      options.signal?.throwIfAborted()
      const line = idleLine() ?? (await openLine(options.timeoutMs))
      const abort = (): void => line.connection.close(unreachable(address, 'the call was aborted'))
      options.signal?.addEventListener('abort', abort)
      try {
        if (options.signal?.aborted) abort()
        return await exchange(line, api, body, options)
      } catch (error) {
        options.signal?.throwIfAborted()
        throw error
      } finally {
        options.signal?.removeEventListener('abort', abort)
        if (line.connection.usable && !closed) idle.push(line)
        else lines.delete(line)
      }
    },
    async send(api, body, options) {
      const line = await sharedLine(options.timeoutMs)
      await line.connection.send(encode(api, line, body, options).frame)
    },
    close(reason) {
      closed = reason
      for (const { connection } of lines) connection.close(reason)
    },
  }
}
