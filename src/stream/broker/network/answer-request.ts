import type { Clock } from '../../../kernel/clock.ts'
import { apiVersionsApi } from '../../protocol/apis/api-versions.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import type { RequestHeader } from '../../protocol/header.ts'
import { encodeResponse } from '../../protocol/messages.ts'
import { advertisedVersions, servedVersions } from '../../protocol/versions.ts'
import type { Handler, RequestContext } from '../apis/handler.ts'
import type { Answer } from './answer-queue.ts'

const apiVersionsKey = 18

/** Hears of each request that was answered, or that needs no answer. */
export interface RequestObserver {
  readonly clock: Clock
  readonly onAnswered: (api: string, seconds: number, requestBytes: number, answerBytes: number) => void
}

/** Finds the handler of a request and runs it; throws for what is not served, which ends the connection as in Kafka. */
export async function answerRequest(
  frame: Buffer,
  header: RequestHeader & { readonly byteLength: number },
  handlers: ReadonlyMap<number, Handler>,
  context: RequestContext,
  { clock, onAnswered }: RequestObserver,
): Promise<Answer> {
  const { apiKey, apiVersion } = header
  const versions = servedVersions.get(apiKey)
  const handler = handlers.get(apiKey)
  const isServed = versions && apiVersion >= versions.min && apiVersion <= versions.max
  // A client that asks in a newer version learns here which there are (KIP-511).
  if (!isServed && apiKey === apiVersionsKey)
    return encodeResponse(
      apiVersionsApi,
      { ...header, apiVersion: 0 },
      { errorCode: kafkaErrors.UNSUPPORTED_VERSION, apiKeys: advertisedVersions() },
    )
  if (!isServed || !handler) throw new Error(`asked for API ${apiKey} in version ${apiVersion}, which is not served`)
  const began = clock.monotonic()
  const answer = await handler.answer(frame, header, context)
  onAnswered(handler.api.name, (clock.monotonic() - began) / 1000, frame.length, bytesOf(answer))
  return answer
}

function bytesOf(answer: Answer): number {
  return answer?.reduce((sum, { length }) => sum + length, 0) ?? 0
}
