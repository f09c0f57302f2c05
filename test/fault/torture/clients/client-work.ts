import { setTimeout as pause } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import type { Random } from '../../../support/seeded-random.ts'
import type { History } from '../history.ts'

/** What all clients of a tortured log are given. */
export interface ClientWork {
  readonly port: number
  readonly history: History
  readonly random: Random
  /** Aborted when no more work is to be begun. */
  readonly stopping: AbortSignal
}

export function kafkajsFor(port: number, clientId: string): Kafka {
  return new Kafka({
    brokers: [`127.0.0.1:${port}`],
    clientId,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 5000,
    retry: { initialRetryTime: 20, maxRetryTime: 200, retries: 8 },
  })
}

export interface Closable {
  close(): Promise<void>
}

/** Works with a client until the work is to stop; one that failed is closed, and the next one opened. */
export async function workAgainAndAgain<Client extends Closable>(
  { stopping }: Pick<ClientWork, 'stopping'>,
  open: () => Promise<Client>,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  let client: Client | undefined
  while (!stopping.aborted) {
    try {
      client ??= await open()
      await work(client)
    } catch {
      // The log was killed, or its disk is full: what became of the work is in the history, as far as it is known.
      await closeInTime(client)
      client = undefined
      await pause(20)
    }
  }
  await closeInTime(client)
}

const closeMs = 5000

/** Some clients wait for ever for a log that is gone. */
async function closeInTime(client: Closable | undefined): Promise<void> {
  const isClosed = client?.close().catch(() => undefined)
  await Promise.race([isClosed, pause(closeMs)])
}
