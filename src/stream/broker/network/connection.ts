import type { Socket } from 'node:net'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { createFrameReader } from '../../client/frame-reader.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { readRequestHeader } from '../../protocol/header.ts'
import { encodeResponse } from '../../protocol/messages.ts'
import { apiVersionsApi } from '../../protocol/apis/api-versions.ts'
import { advertisedVersions, servedVersions } from '../../protocol/versions.ts'
import { UnansweredError } from '../apis/produce.ts'
import type { Handler, RequestContext } from '../apis/handler.ts'
import type { BrokerLimits } from '../broker.ts'
import { watchArrivingRequest } from './arriving-request.ts'
import type { LentMemory } from './lent-memory.ts'
import type { Logger } from '../../../kernel/logger.ts'

export interface ConnectionOptions {
  readonly limits: BrokerLimits
  readonly clock: Clock
  readonly logger: Logger
  readonly handlers: ReadonlyMap<number, Handler>
  readonly memory: LentMemory
  onRequest(api: string): void
}

export interface Connection {
  close(): void
}

type Answer = readonly Buffer[] | undefined

const produceKey = 0
const apiVersionsKey = 18
/** So many requests may wait or run; then nothing is read until some are answered. */
const requestsMax = 64
const requestBytesHeldMax = 64 * 1024 * 1024

/**
 * One client. Answers go out in the order of requests. A request begins when the one before is answered, as in Kafka; only
 * produce requests overlap, for they wait for the disk. A client that does not take its answers is not read from.
 */
export function serveConnection(socket: Socket, options: ConnectionOptions): Connection {
  const { limits, clock, logger, handlers, memory } = options
  const client = `${socket.remoteAddress}:${socket.remotePort}`
  const closed = new AbortController()
  const waiting: Buffer[] = []
  const answers: { answer: Answer; done: boolean; bytes: number; lent: Buffer[] }[] = []
  let blocked = false
  let bytesHeld = 0

  const arriving = watchArrivingRequest(limits.stallMs, () => clock.monotonic())
  const received = (frame: Buffer): void => {
    arriving.completed(frame.length)
    waiting.push(frame)
    bytesHeld += frame.length
  }
  const reader = createFrameReader(limits.requestBytesMax, received, (bytes) => memory.take(bytes))
  socket.setTimeout(limits.idleMs)
  socket.on('data', (chunk: Buffer) => {
    try {
      arriving.received(chunk.length)
      for (let at = 0; at < chunk.length;) {
        const target = reader.target()
        const length = Math.min(target.length, chunk.length - at)
        chunk.copy(target, 0, at, at + length)
        reader.filled(length)
        at += length
      }
      if (arriving.isTooSlow) end(new Error('a request that arrives too slowly'))
      begin()
    } catch (error) {
      end(error)
    }
  })
  socket.on('drain', begin)
  socket.on('timeout', () => end(new Error('no traffic for too long, or a request or an answer that stalls')))
  socket.on('error', (error) => logger.debug({ client, err: error }, 'a Kafka connection broke'))
  // Clients that half-close are done: whatever they wait for, they wait no longer.
  socket.on('end', () => socket.end())
  socket.on('close', () => {
    closed.abort()
    waiting.length = 0
  })

  function begin(): void {
    while (waiting.length > 0 && !blocked && !socket.writableNeedDrain && !closed.signal.aborted) run(waiting.shift()!)
    const full = waiting.length + answers.length >= requestsMax || bytesHeld >= requestBytesHeldMax
    if (full && !socket.isPaused()) socket.pause()
    if (!full && socket.isPaused()) {
      arriving.forgive()
      socket.resume()
    }
    // An answer that is not taken holds memory, and so does a part of a request: such a client has less time.
    const stalls = socket.writableNeedDrain || (arriving.hasBegun && !full)
    socket.setTimeout(stalls ? limits.stallMs : limits.idleMs)
  }

  function run(frame: Buffer): void {
    const header = readRequestHeader(frame)
    const slot: (typeof answers)[number] = { answer: undefined, done: false, bytes: frame.length, lent: [] }
    answers.push(slot)
    const blocks = header.apiKey !== produceKey
    blocked ||= blocks
    const finish = (answer: Answer): void => {
      slot.answer = answer
      slot.done = true
      // All of its records are in the log. What other requests say may be kept, a group's metadata for instance.
      if (!blocks) memory.give(frame)
      if (blocks) blocked = false
      flush()
      begin()
    }
    answerTo(frame, header, slot.lent).then(finish).catch(end)
  }

  async function answerTo(
    frame: Buffer,
    header: ReturnType<typeof readRequestHeader>,
    lent: Buffer[],
  ): Promise<Answer> {
    const { apiKey, apiVersion, clientId } = header
    const versions = servedVersions.get(apiKey)
    const handler = handlers.get(apiKey)
    const isServed = versions && apiVersion >= versions.min && apiVersion <= versions.max
    if (!isServed && apiKey === apiVersionsKey)
      return encodeResponse(
        apiVersionsApi,
        { ...header, apiVersion: 0 },
        { errorCode: kafkaErrors.UNSUPPORTED_VERSION, apiKeys: advertisedVersions() },
      )
    if (!isServed || !handler) throw new Error(`asked for API ${apiKey} in version ${apiVersion}, which is not served`)
    options.onRequest(handler.api.name)
    const context: RequestContext = {
      clientId: clientId ?? '',
      clientHost: socket.remoteAddress ?? '',
      apiVersion,
      closed: closed.signal,
      memoryFor: (bytes) => {
        const taken = memory.take(bytes)
        lent.push(taken)
        return taken
      },
    }
    return handler.answer(frame, header, context)
  }

  function flush(): void {
    if (closed.signal.aborted) return
    socket.cork()
    while (answers[0]?.done) {
      const { answer = [], bytes, lent } = answers.shift()!
      bytesHeld -= bytes
      const release = (): void => lent.forEach((buffer) => memory.give(buffer))
      for (const [index, buffer] of answer.entries())
        socket.write(buffer, index === answer.length - 1 ? release : undefined)
    }
    process.nextTick(() => socket.uncork())
  }

  function end(error: unknown): void {
    if (closed.signal.aborted || socket.destroyed) return
    const known =
      error instanceof WeirError ||
      error instanceof UnansweredError ||
      (error instanceof Error && error.constructor === Error)
    const text = error instanceof Error ? error.message : String(error)
    if (known) logger.warn({ client, reason: text }, 'a Kafka connection is closed')
    else logger.error({ client, err: error }, 'a Kafka connection is closed by an error of ours')
    socket.destroy()
  }

  return { close: () => socket.destroy() }
}
