import { createPartitionsApi } from '../../../protocol/apis/create-partitions.ts'
import { createTopicsApi } from '../../../protocol/apis/create-topics.ts'
import { deleteTopicsApi } from '../../../protocol/apis/delete-topics.ts'
import { fetchApi } from '../../../protocol/apis/fetch.ts'
import { produceApi } from '../../../protocol/apis/produce.ts'
import type { RequestOf, ResponseInput } from '../../../protocol/api.ts'
import type { Decoded, Input, Shape } from '../../../protocol/field.ts'
import { encodeResponse } from '../../../protocol/messages.ts'
import type { Passage } from '../../apis/handler.ts'
import { KafkaRefusal } from '../../kafka-refusal.ts'
import type { ClientQuotas, QuotaClient } from './client-quotas.ts'
import type { QuotaKey } from './quota.ts'

/** Measures one request against the quotas of its client. */
export interface RequestMeter<R extends Shape, S extends Shape> {
  /** The request, so that its answer is none that would be throttled whatever came before. */
  bounded(request: Decoded<R>): Decoded<R>
  readonly chargePartitions: (count: number) => void
  /** The log's thread has done with the request, as far as it can at once. */
  ran(): void
  /** The answer with the time that the client has to wait, and encoded; undefined when there is none. */
  settle(answer: Input<S> | undefined): readonly Buffer[] | undefined
}

export interface MeterServices {
  readonly quotas: ClientQuotas
  readonly monotonic: () => number
  /** Reads nothing from the client for so long. */
  readonly mute: (ms: number) => void
  readonly onThrottle: (quota: QuotaKey, ms: number) => void
}

/** From these versions on what is over the quota is refused; before, clients would not understand it (KIP-599). */
const strictSince: ReadonlyMap<number, number> = new Map([
  [createTopicsApi.key, 6],
  [deleteTopicsApi.key, 5],
  [createPartitionsApi.key, 3],
])

export function meterRequest<R extends Shape, S extends Shape>(
  { api, header, requestBytes }: Passage<R, S>,
  client: QuotaClient,
  { quotas, monotonic, mute, onThrottle }: MeterServices,
): RequestMeter<R, S> {
  const started = monotonic()
  let busyMs = 0
  let mutationsMs = 0

  function chargePartitions(count: number): void {
    const strict = header.apiVersion >= (strictSince.get(api.key) ?? Infinity)
    const { ms, refused } = quotas.chargeMutations(client, count, strict)
    mutationsMs = Math.max(mutationsMs, ms)
    if (refused)
      throw new KafkaRefusal(
        'THROTTLING_QUOTA_EXCEEDED',
        'the quota of partitions to make or delete is used up for now',
      )
  }

  /** What the client waits for, by the quota that wants it longest. */
  function throttleMs(answerBytes: number): number {
    const waits: readonly (readonly [QuotaKey, number])[] = [
      [
        'producer_byte_rate',
        api.key === produceApi.key ? quotas.charge('producer_byte_rate', client, requestBytes) : 0,
      ],
      ['consumer_byte_rate', api.key === fetchApi.key ? quotas.charge('consumer_byte_rate', client, answerBytes) : 0],
      // A percentage of a second each second.
      ['request_percentage', quotas.charge('request_percentage', client, busyMs / 10)],
      ['controller_mutation_rate', mutationsMs],
    ]
    for (const [quota, ms] of waits) if (ms > 0) onThrottle(quota, ms)
    return Math.max(...waits.map(([, ms]) => ms))
  }

  function encoded(answer: Input<S>): readonly Buffer[] {
    const began = monotonic()
    const frame = encodeResponse(api, header, answer)
    busyMs += monotonic() - began
    return frame
  }

  return {
    chargePartitions,
    bounded(request) {
      if (api.key !== fetchApi.key) return request
      const fetch = request as unknown as RequestOf<typeof fetchApi>
      const maxBytes = Math.min(fetch.maxBytes, Math.floor(quotas.mostAtOnce('consumer_byte_rate', client)))
      return { ...fetch, maxBytes, minBytes: Math.min(fetch.minBytes, maxBytes) } as unknown as Decoded<R>
    },
    ran() {
      busyMs += monotonic() - started
    },
    settle(answer) {
      const frame = answer && encoded(answer)
      const answerBytes = frame?.reduce((sum, { length }) => sum + length, 0) ?? 0
      const throttleTimeMs = throttleMs(answerBytes)
      if (throttleTimeMs === 0) return frame
      mute(throttleTimeMs)
      if (!answer) return undefined
      if (api.key !== fetchApi.key) return encodeResponse(api, header, { ...answer, throttleTimeMs })
      // Whoever is over gets nothing now, and it is not counted.
      quotas.takeBack('consumer_byte_rate', client, answerBytes)
      const nothing: ResponseInput<typeof fetchApi> = { throttleTimeMs, responses: [] }
      return encodeResponse(api, header, nothing as Input<S>)
    },
  }
}
