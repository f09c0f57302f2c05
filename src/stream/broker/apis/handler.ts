import type { Api } from '../../protocol/api.ts'
import type { Decoded, Input, Shape } from '../../protocol/field.ts'
import type { RequestHeader } from '../../protocol/header.ts'
import type { MemoryFor } from '../storage/partition-reader.ts'
import { decodeRequest, encodeResponse } from '../../protocol/messages.ts'

/** Who asks, and in which version. */
export interface RequestContext {
  readonly clientId: string
  readonly clientHost: string
  readonly apiVersion: number
  /** Aborted when the client is gone: what waits for it ends then. */
  readonly closed: AbortSignal
  /** Memory for what is answered: others have it once the answer was sent. */
  readonly memoryFor: MemoryFor
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
export function handle<R extends Shape, S extends Shape>(
  api: Api<R, S>,
  run: (body: Decoded<R>, context: RequestContext) => Input<S> | undefined | Promise<Input<S> | undefined>,
): Handler {
  return {
    api,
    async answer(frame, header, context) {
      const { body } = decodeRequest(api, frame, header)
      const response = await run(body, context)
      return response && encodeResponse(api, header, response)
    },
  }
}
