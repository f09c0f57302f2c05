import { setTimeout as pause } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { connectKafka } from '../../src/stream/client/connect.ts'

/** What became of each value that was sent: a client that was told sends none again, one that was not told may not know. */
export interface Outcome {
  readonly acknowledged: ReadonlySet<number>
  readonly sent: ReadonlySet<number>
}

export interface UniqueValues {
  outcome(): Outcome
  /** Stops sending; resolves when the last answers are in. */
  stop(): Promise<void>
}

/** How one client library sends a batch; resolves when the log has it for sure. */
interface Sender {
  send(ids: readonly number[]): Promise<void>
  close(): Promise<void>
}

const batchRecords = 20

/**
 * Producers of two libraries, idempotent, `acks=all`, each value once. A batch whose outcome is not known is never sent
 * again by us: its values may be there, once, or not at all.
 */
export function produceUniqueValues(port: number, topic: string, pauseMs: number): UniqueValues {
  const acknowledged = new Set<number>()
  const sent = new Set<number>()
  const stopping = new AbortController()
  let last = 0
  const run = async (open: () => Promise<Sender>): Promise<void> => {
    let sender: Sender | undefined
    while (!stopping.signal.aborted) {
      const ids = Array.from({ length: batchRecords }, () => ++last)
      try {
        sender ??= await open()
        for (const id of ids) sent.add(id)
        await sender.send(ids)
        for (const id of ids) acknowledged.add(id)
      } catch {
        // Killed: the next batch goes through a new producer.
        await sender?.close().catch(() => undefined)
        sender = undefined
      }
      await pause(pauseMs)
    }
    await sender?.close().catch(() => undefined)
  }
  const running = Promise.all([run(() => openOwn(port, topic)), run(() => openKafkajs(port, topic))])
  return {
    outcome: () => ({ acknowledged: new Set(acknowledged), sent: new Set(sent) }),
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

function valueOf(id: number, client: string): string {
  return JSON.stringify({ id, client, text: 'x'.repeat(id % 200) })
}

async function openOwn(port: number, topic: string): Promise<Sender> {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${port}`, clientId: 'own', deadlineMs: 5000 })
  const producer = await client.createProducer({ topic, acks: 'all', idempotent: true, deadlineMs: 20_000 })
  return {
    send: async (ids) => {
      for (const id of ids) await producer.send({ value: valueOf(id, 'own') })
      await producer.flush()
    },
    close: () => client.close(),
  }
}

async function openKafkajs(port: number, topic: string): Promise<Sender> {
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    clientId: 'kafkajs',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 5000,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 8 },
  })
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false })
  await producer.connect()
  return {
    send: async (ids) => {
      await producer.send({ topic, acks: -1, messages: ids.map((id) => ({ value: valueOf(id, 'kafkajs') })) })
    },
    close: () => producer.disconnect(),
  }
}
