import type { CoordinatorPorts } from './coordinator-ports.ts'
import { complete } from './end-transaction.ts'
import type { Transaction } from './transaction.ts'

/** The transactions that are decided and whose markers are on their way. */
export interface Completions {
  /** The decision is durable: whatever happens, the markers follow, and only then the end of it is written down. */
  begin(transaction: Transaction): void
  /** Resolves when the markers of an earlier end are written, which mostly they are, or after a while. */
  after(transactionalId: string): Promise<void>
  settled(): Promise<void>
}

/** How long a request waits for the markers of the transaction before it, rather than being told to ask again. */
const patienceMs = 1000

export function createCompletions(ports: CoordinatorPorts): Completions {
  const { table, log, clock, logger } = ports
  const running = new Map<string, Promise<void>>()

  async function finish(transaction: Transaction): Promise<void> {
    if (!(await ports.writeMarkers(transaction))) return
    const done = complete(transaction, clock.now())
    const { transactionalId } = done
    const change = { transactionalId, transaction: done, at: done.updatedAt }
    // Nobody has to wait for it: what comes later in the log cannot be there without it, and a start without it writes no marker twice.
    table.apply(change)
    log.append([change]).catch((error: unknown) => {
      logger.warn({ err: error, transactionalId }, 'the end of a transaction was not written down')
    })
  }

  return {
    begin(transaction) {
      const { transactionalId } = transaction
      const done = finish(transaction).finally(() => running.delete(transactionalId))
      running.set(transactionalId, done)
    },
    async after(transactionalId) {
      const markers = running.get(transactionalId)
      if (markers) await Promise.race([markers, ports.pause(patienceMs)])
    },
    settled: async () => void (await Promise.allSettled(running.values())),
  }
}
