import type { Socket } from 'node:net'
import type { Clock } from '../../../kernel/clock.ts'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Logger } from '../../../kernel/logger.ts'
import { readRequestHeader } from '../../protocol/header.ts'
import type { Handler, RequestGate } from '../apis/handler.ts'
import { UnansweredError } from '../apis/produce.ts'
import type { BrokerLimits } from '../broker.ts'
import type { ClientSession, LoginAnswer } from '../security/client-session.ts'
import { anonymous } from '../security/principal.ts'
import { createAnswerQueue, type Answer, type AnswerPlace } from './answer-queue.ts'
import type { AnswerShares } from './answer-room.ts'
import { answerRequest, type RequestObserver } from './answer-request.ts'
import type { LentMemory } from './lent-memory.ts'
import type { MemoryBudget } from './memory-budget.ts'
import { createMuting } from './muting.ts'
import { readInto } from './read-into.ts'
import { createRequestIntake, type TakenRequest } from './request-intake.ts'

export interface ConnectionOptions {
  readonly limits: BrokerLimits
  readonly clock: Clock
  readonly logger: Logger
  readonly handlers: ReadonlyMap<number, Handler>
  readonly memory: LentMemory
  readonly onAnswered: RequestObserver['onAnswered']
  /** What requests of all connections hold together. */
  readonly requests: MemoryBudget
  readonly answerShares: AnswerShares
}

/** Who is at the other end, as far as it is known, and what it may do. */
export interface ConnectedClient {
  readonly session: ClientSession
  /** `mute` lets nothing be read from the client for so many milliseconds. */
  gate(mute: (ms: number) => void): RequestGate
  /** An address, or a word for who comes by a socket of this machine. */
  readonly host: string
  /** Where it is told to connect. */
  readonly advertised: { readonly host: string; readonly port: number }
  /** The session has its principal. */
  onLogin(): void
}

export interface Connection {
  /** The one that is read from; the accepted one may have given its handle away. */
  readonly socket: Socket
  close(): void
}

const produceKey = 0
/** So many requests may wait or run; then nothing is read until some are answered. */
const requestsMax = 64
/** For a client that was told that it may not come in, to close its side. */
const leaveMs = 1000

/**
 * One client. Answers go out in the order of requests. A request begins when the one before is answered, as in Kafka; only
 * produce requests overlap, for they wait for the disk. A client that does not take its answers is not read from.
 * `accepted` is paused.
 */
export function serveConnection(accepted: Socket, who: ConnectedClient, options: ConnectionOptions): Connection {
  const { limits, clock, logger, handlers, memory } = options
  const { session, host, advertised } = who
  const client = accepted.remotePort === undefined ? host : `${host}:${accepted.remotePort}`
  const closed = new AbortController()
  let blocked = false

  const intake = createRequestIntake({
    frameBytesMax: () => session.frameBytesMax,
    stallMs: limits.stallMs,
    monotonic: () => clock.monotonic(),
    memory,
    budget: options.requests,
    wasTaken: () => answers.wasTaken,
    onRoom: begin,
    onError: end,
  })
  const socket = readInto(accepted, {
    target: () => intake.bytes.target(),
    received(length) {
      try {
        intake.bytes.received(length)
        begin()
      } catch (error) {
        end(error)
      }
    },
  })
  const answers = createAnswerQueue(socket, options.answerShares, closed.signal)
  socket.setTimeout(limits.idleMs)
  socket.on('drain', begin)
  socket.on('timeout', () => end(new Error('no traffic for too long, or a request or an answer that stalls')))
  socket.on('error', (error) => logger.debug({ client, err: error }, 'a Kafka connection broke'))
  // Clients that half-close are done: whatever they wait for, they wait no longer.
  socket.on('end', () => socket.end())
  socket.on('close', () => {
    closed.abort()
    clearTimeout(loginTimer)
    muting.end()
    intake.close()
  })
  const muting = createMuting(() => clock.monotonic(), begin)
  const gate = who.gate((ms) => muting.mute(ms))
  let loginTimer: NodeJS.Timeout | undefined
  if (session.principal) who.onLogin()
  else loginTimer = setTimeout(() => end(new Error('not logged in in time')), limits.loginMs).unref()

  function begin(): void {
    const mayRun = (): boolean => !blocked && !socket.writableNeedDrain && !closed.signal.aborted && !muting.isMuted()
    while (intake.waiting > 0 && mayRun()) tryRun(intake.next()!)
    const most = session.principal ? requestsMax : 1
    const full = muting.isMuted() || intake.waiting + answers.length >= most || intake.isFull
    if (full && !socket.isPaused()) socket.pause()
    if (!full && socket.isPaused()) {
      intake.forgive()
      socket.resume()
    }
    // An answer that is not taken holds memory, and so does a part of a request: such a client has less time.
    const stalls = socket.writableNeedDrain || (intake.hasBegun && !full)
    socket.setTimeout(stalls ? limits.stallMs : limits.idleMs)
  }

  function tryRun({ frame, isReader }: TakenRequest): void {
    const place = answers.open(isReader)
    try {
      run(frame, place)
    } catch (error) {
      fail(frame, place, error)
    }
  }

  function fail(frame: Buffer, place: AnswerPlace, error: unknown): void {
    intake.done(frame, false)
    end(error)
    place.finish(undefined)
  }

  function run(frame: Buffer, place: AnswerPlace): void {
    const login = session.take(frame)
    if (login) return logIn(login, frame, place)
    const header = readRequestHeader(frame)
    const blocks = header.apiKey !== produceKey
    blocked ||= blocks
    const context = {
      clientId: header.clientId ?? '',
      clientHost: host,
      principal: session.principal ?? anonymous,
      apiVersion: header.apiVersion,
      closed: closed.signal,
      room: place.room,
      advertised,
      gate,
      chargePartitions: () => undefined,
    }
    const finish = (answer: Answer): void => {
      // All of its records are in the log. What other requests say may be kept, a group's metadata for instance.
      intake.done(frame, !blocks)
      if (blocks) blocked = false
      place.finish(answer)
      begin()
    }
    // Of what begins at once nothing is awaited before it: produce requests keep their order.
    const answer = async (): Promise<Answer> => {
      if (isDescribed(handlers.get(header.apiKey)) && !(await place.room.reserve())) return undefined
      return answerRequest(frame, header, handlers, context, options)
    }
    answer()
      .then(finish, (error) => fail(frame, place, error))
      .catch(end)
  }

  function logIn(login: Promise<LoginAnswer>, frame: Buffer, place: AnswerPlace): void {
    blocked = true
    const finish = ({ answer, failure }: LoginAnswer): void => {
      intake.done(frame, false)
      place.finish(answer)
      // What it failed for was told by the session already.
      if (failure) return leave()
      if (session.principal) {
        clearTimeout(loginTimer)
        who.onLogin()
      }
      blocked = false
      begin()
    }
    login.then(finish, (error) => fail(frame, place, error)).catch(end)
  }

  /** Lets the client hear its answer and the end: who closes at once resets a connection on which the other one says goodbye. */
  function leave(): void {
    socket.end()
    setTimeout(() => socket.destroy(), leaveMs).unref()
    begin()
  }

  function end(error: unknown): void {
    if (closed.signal.aborted || socket.destroyed) return
    const text = error instanceof Error ? error.message : String(error)
    if (isTheClients(error)) logger.warn({ client, reason: text }, 'a Kafka connection is closed')
    else logger.error({ client, err: error }, 'a Kafka connection is closed by an error of ours')
    socket.destroy()
  }

  return { socket, close: () => socket.destroy() }
}

/** Its answer is as large as there is much to tell; those of others are small, bounded by their request, or ask for room themselves. */
function isDescribed(handler: Handler | undefined): boolean {
  return handler !== undefined && /^(Metadata|OffsetFetch)$|^List|Describe/.test(handler.api.name)
}

/** What a client did wrong; all else is a defect of ours. */
function isTheClients(error: unknown): boolean {
  return (
    error instanceof WeirError ||
    error instanceof UnansweredError ||
    (error instanceof Error && error.constructor === Error)
  )
}
