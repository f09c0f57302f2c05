import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { kit } from '../../tools/conformance/kit.ts'

export type Fault = 'reset' | 'error' | 'lost' | 'truncate' | 'stall'

/** Rates from 0 to 1, and how slow it is. */
export type Faults = { readonly [fault in `${Fault}-rate`]?: number } & {
  /** Milliseconds before each request, `0-30` for a random number of them. */
  readonly latency?: string
  readonly 'bytes-per-second'?: number
}

/** The kit's proxy before a server: slow, failing, resetting, truncating, losing answers, by a seed. */
export interface ChaosProxy extends AsyncDisposable {
  readonly url: string
  /** Makes the next `count` requests that match (`PUT /path?query`) fail in this way, and no others. */
  failNext(match: RegExp, fault: Fault, count: number): Promise<void>
  /** How often each fault was drawn since the faults were last changed. */
  counts(): Promise<Readonly<Record<Fault | 'requests' | 'matched', number>>>
}

const none = { 'reset-rate': 0, 'error-rate': 0, 'lost-rate': 0, 'truncate-rate': 0, 'stall-rate': 0 }

/**
 * Of the kit's proxy: it listens once more each time that it waits for a slow client, of which Node warns; and when a client is
 * gone before its answer, it rejects in vain, for which Node would end it.
 */
const asItIs = ['--disable-warning=MaxListenersExceededWarning', '--unhandled-rejections=none']

export async function startChaosProxy(target: string, seed: number, faults: Faults = {}): Promise<ChaosProxy> {
  const options = Object.entries(faults).flatMap(([name, value]) => [`--${name}`, String(value)])
  const words = [`${kit}/iceberg/s3/chaos.mjs`, '--target', target, '--seed', String(seed), '--quiet', ...options]
  const proxy = spawn(process.execPath, [...asItIs, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [address] = (await once(proxy.stdout, 'data')) as [Buffer]
  const url = address.toString().trim()
  const control = async (method: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${url}/__chaos`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    assert.equal(answer.status, 200)
    return answer.json()
  }
  return {
    url,
    failNext: async (match, fault, count) => {
      await control('POST', { ...none, [`${fault}-rate`]: 1, match: match.source, first: count })
    },
    counts: async () => (await control('GET')) as Record<Fault | 'requests' | 'matched', number>,
    [Symbol.asyncDispose]: async () => {
      const ended = once(proxy, 'exit')
      proxy.kill()
      await ended
    },
  }
}
