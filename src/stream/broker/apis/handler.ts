import type { Api } from '../../protocol/api.ts'
import type { Decoded, Input, Shape } from '../../protocol/field.ts'
import type { RequestHeader } from '../../protocol/header.ts'
import type { AnswerRoom } from '../network/answer-room.ts'
import type { Principal } from '../security/principal.ts'
import { decodeRequest } from '../../protocol/messages.ts'

/** Who asks, and in which version. */
export interface RequestContext {
  readonly clientId: string
  readonly clientHost: string
  readonly principal: Principal
  readonly apiVersion: number
  /** Where clients of this listener are told to connect. */
  readonly advertised: { readonly host: string; readonly port: number }
  /** What stands between this client's requests and the handlers. */
  readonly gate: RequestGate
  /**
   * Counts partitions that are about to be made or deleted against the quota of the client. Throws KafkaRefusal
   * THROTTLING_QUOTA_EXCEEDED; then they must not be.
   */
  readonly chargePartitions: (count: number) => void
  /** Aborted when the client is gone: what waits for it ends then. */
  readonly closed: AbortSignal
  /** What is answered in much memory asks here for it: all clients share it. */
  readonly room: AnswerRoom
}

/** How an API's requests are answered; undefined when a request is not. */
export type Run<R extends Shape, S extends Shape> = (
  body: Decoded<R>,
  context: RequestContext,
) => Input<S> | undefined | Promise<Input<S> | undefined>

/** One request on its way. */
export interface Passage<R extends Shape, S extends Shape> {
  readonly api: Api<R, S>
  readonly header: RequestHeader
  readonly body: Decoded<R>
  readonly requestBytes: number
  readonly context: RequestContext
  readonly run: Run<R, S>
}

/** Lets a request through to its handler as far as its client may, and no faster; gives the answer encoded. */
export interface RequestGate {
  /** Runs the handler before anything is awaited. */
  pass<R extends Shape, S extends Shape>(passage: Passage<R, S>): Promise<readonly Buffer[] | undefined>
}

/** How one API is answered. */
export interface Handler {
  readonly api: Api
  /** Decodes, runs and encodes; undefined when nothing is to be answered. Throws WEIR-3001 for bytes off the table. */
  answer(
    frame: Buffer,
    header: RequestHeader & { readonly byteLength: number },
    context: RequestContext,
  ): Promise<readonly Buffer[] | undefined>
}

/** `run` begins at once, before anything is awaited: that keeps the order of produce requests. */
export function handle<R extends Shape, S extends Shape>(api: Api<R, S>, run: Run<R, S>): Handler {
  return {
    api,
    async answer(frame, header, context) {
      const { body } = decodeRequest(api, frame, header)
      return context.gate.pass({ api, header, body, requestBytes: frame.length, context, run })
    },
  }
}
