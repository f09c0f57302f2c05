import { setTimeout as sleep } from 'node:timers/promises'
import type { Groups } from '../groups/groups.ts'
import type { StorageServices } from '../storage/storage-services.ts'
import type { ProducerIds } from '../topics/producer-ids.ts'
import type { TopicStore } from '../topics/topic-store.ts'
import { createAdmission, type Admission } from './admission.ts'
import { createCoordinator, type Coordinator } from './coordinator.ts'
import type { OpenedTransactions } from './transaction-table.ts'
import { writeMarkers } from './write-markers.ts'

/** All of transactions: who decides, and what may be written. */
export interface Transactions {
  readonly coordinator: Coordinator
  readonly admission: Admission
  /** Writes down how far their log is whole. */
  checkpoint(): Promise<void>
  close(): Promise<void>
}

/** Goes on with those that a crash left prepared; their markers are written in the background. */
export function startTransactions(
  { table, log }: OpenedTransactions,
  services: StorageServices,
  parts: { readonly topics: TopicStore; readonly groups: Groups; readonly producerIds: ProducerIds },
): Transactions {
  const { clock, logger } = services
  const stop = new AbortController()
  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: stop.signal, ref: false }).catch(() => undefined)
  const markers = { ...parts, logger, stopped: stop.signal, pause }
  const coordinator = createCoordinator({
    table,
    log,
    clock,
    logger,
    pause,
    freshProducerId: () => parts.producerIds.next(),
    writeMarkers: (transaction) => writeMarkers(transaction, markers),
  })
  coordinator.recover()
  return {
    coordinator,
    admission: createAdmission(coordinator),
    checkpoint: () => log.checkpoint(),
    async close() {
      stop.abort()
      await coordinator.settled()
      await log.close()
    },
  }
}
