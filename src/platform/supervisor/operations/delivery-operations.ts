import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { CatalogClient } from '../../../lake/client/catalog-client.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { DeliveryPlace } from '../../children/child-methods.ts'
import type { LedgerOperations, LetterOperations, VerifyOperations } from '../../operations.ts'
import type { Processes } from '../processes.ts'
import { createLedgerReader } from './ledger-reader.ts'
import { hopOf } from './ledger-hop.ts'
import { letterOf } from './shown-letter.ts'
import { verifyResultOf } from './verify-result.ts'

const longTimeoutMs = 3_600_000

export interface DeliveryOperations {
  readonly ledger: LedgerOperations
  readonly verifier: VerifyOperations
  readonly letters: LetterOperations
}

/** Ledger, proof and dead letters of the deliveries that run. */
export function createDeliveryOperations(
  processes: Processes,
  catalog: CatalogClient,
  objects: ObjectStore,
): DeliveryOperations {
  const { workers, operator } = processes
  const readLedgerOf = createLedgerReader({
    kafka: () => processes.streams.kafka(),
    catalog,
    objects,
    holesOf: (id) => processes.streams.holes(id),
  })
  const placeOf = (delivery: string): DeliveryPlace => {
    const plan = workers.plan(delivery)
    if (plan) return { config: plan.config }
    const names = workers.names().join(', ') || 'none'
    throw new WeirError('WEIR-2013', `there is no delivery "${delivery}" that runs; there are ${names}`)
  }
  return {
    ledger: {
      async hops() {
        return Promise.all(
          workers.names().map(async (name) => {
            const { config } = placeOf(name)
            return hopOf(config, await readLedgerOf(config))
          }),
        )
      },
    },
    verifier: {
      async verify(delivery, progress, signal) {
        const place = placeOf(delivery)
        const started = performance.now()
        const verification = await operator.use(
          (channel, job) => abortable(channel.call('verify', { ...place, job }, { timeoutMs: longTimeoutMs }), signal),
          { progress },
        )
        return verifyResultOf(delivery, verification, (performance.now() - started) / 1000)
      },
    },
    letters: {
      async list(delivery, { limit, after }, filter) {
        const place = placeOf(delivery)
        const page = await operator.use((channel) =>
          channel.call('letters', { ...place, limit, after: after ?? null, filter }),
        )
        return { items: page.letters.map((letter) => letterOf(delivery, letter)), total: page.total, next: page.next }
      },
      async replay(delivery, filter) {
        const place = placeOf(delivery)
        const { replayed, rejected } = await operator.use((channel) =>
          channel.call('replay', { ...place, filter }, { timeoutMs: longTimeoutMs }),
        )
        return { replayed, stillRejected: rejected.length }
      },
      async resume(delivery, choice) {
        const place = placeOf(delivery)
        if (choice === 'try-again') return workers.reassign(delivery)
        if (choice === 'adopt-table') return workers.adoptAnew(delivery)
        await operator.use((channel) => channel.call('resume', { ...place, choice }, { timeoutMs: longTimeoutMs }))
        await workers.reassign(delivery)
      },
      flush(delivery) {
        placeOf(delivery)
        return workers.flush(delivery)
      },
    },
  }
}

function abortable<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    work.then(resolve, reject)
  })
}
