import { createHash } from 'node:crypto'
import type { CatalogRequest, CatalogResponse } from './catalog.ts'
import type { ReceiptStore } from './pointer-store.ts'
import type { KeptAnswer, Receipt, ReceiptOf } from './receipt.ts'
import { errorResponse, RestError } from './rest-error.ts'

/** How long a client may go on sending a request with its key; told in the configuration. */
export const keyLifetime = { text: 'PT30M', ms: 30 * 60_000 } as const
/** A grace for clocks and for the answer that came late (REST specification, idempotency-key-lifetime). */
const keptMs = 2 * keyLifetime.ms

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

interface IdempotencyOptions {
  readonly receipts: ReceiptStore
  /** Answers as the request was answered, from what was kept. */
  readonly replay: (answer: KeptAnswer, request: CatalogRequest) => Promise<CatalogResponse>
  readonly now: () => number
}

/** Answers, with a way to make the receipt; without one where the request has no key. */
export type Answering = (receipt: ReceiptOf | undefined) => Promise<CatalogResponse>

/**
 * Does what a key stands for once (REST specification, Idempotency-Key). What has an effect is kept by the transaction that
 * has it; a refusal (4xx) afterwards, for it has none; a failure (5xx) not at all, so that the next try finds out.
 */
export function idempotency({ receipts, replay, now }: IdempotencyOptions) {
  /** Keys whose request is being answered: the same again waits for it. */
  const answering = new Map<string, Promise<unknown>>()

  async function once(key: string, request: CatalogRequest, answer: Answering): Promise<CatalogResponse> {
    const asked = digestOf(request)
    const found = await receipts.receiptOf(key)
    if (found !== undefined && found.expires > now()) {
      if (found.request !== asked) throw reused(key)
      return replay(JSON.parse(found.answer) as KeptAnswer, request)
    }
    const receipt = (kept: KeptAnswer): Receipt => {
      const at = now()
      return { key, request: asked, answer: JSON.stringify(kept), at, expires: at + keptMs }
    }
    const response = await answer(receipt).catch(errorResponse)
    const { status } = response
    if (status >= 400 && status < 500) await receipts.keepReceipt(receipt({ status, body: response.body }))
    return response
  }

  return async (request: CatalogRequest, answer: Answering): Promise<CatalogResponse> => {
    const key = request.headers['idempotency-key']?.toLowerCase()
    if (key === undefined || request.method === 'GET' || request.method === 'HEAD') return answer(undefined)
    if (!uuid.test(key))
      throw new RestError(400, 'BadRequestException', `The idempotency key ${JSON.stringify(key)} is not a UUID`)
    const before = answering.get(key) ?? Promise.resolve()
    const done = before.then(() => once(key, request, answer))
    const settled = done.then(
      () => undefined,
      () => undefined,
    )
    answering.set(key, settled)
    try {
      return await done
    } finally {
      if (answering.get(key) === settled) answering.delete(key)
    }
  }
}

function digestOf({ method, path, query, body }: CatalogRequest): string {
  const asked = JSON.stringify([method, path, query, body])
  return createHash('sha256').update(asked).digest('base64url')
}

function reused(key: string): RestError {
  const message = `The idempotency key ${key} was used for another request. Each request needs its own`
  return new RestError(422, 'UnprocessableEntityException', message)
}
