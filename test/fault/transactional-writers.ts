import { setTimeout as pause } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { openRawTransactions, type RawTransactions } from '../support/raw-transactions.ts'
import type { Random } from '../support/seeded-random.ts'

/** One transaction: each of its values is written once, to one partition. */
export interface WrittenTransaction {
  readonly number: number
  readonly values: { readonly partition: number; readonly value: string }[]
  /** Its own place in the group, so that it tells whether its offset is there. */
  hasOffset: boolean
  outcome: 'committed' | 'aborted' | 'unknown'
}

export const group = 'work'

/**
 * Producers of both dialects, each under an id of its own, that write, commit and abort until they are stopped. When anything fails, the
 * outcome is unknown, and another producer takes the id over.
 */
export function writeTransactions(
  { port, topic, partitions }: { readonly port: number; readonly topic: string; readonly partitions: number },
  random: Random,
): { readonly transactions: readonly WrittenTransaction[]; stop(): Promise<void> } {
  const transactions: WrittenTransaction[] = []
  const stopping = new AbortController()

  async function run(transactionalId: string, open: (id: string) => Promise<Writer>): Promise<void> {
    let writer: Writer | undefined
    while (!stopping.signal.aborted) {
      const transaction = begin()
      try {
        writer ??= await open(transactionalId)
        await write(writer, transaction)
        const isCommit = random.chance(0.7)
        await writer.end(isCommit)
        transaction.outcome = isCommit ? 'committed' : 'aborted'
      } catch {
        await writer?.close().catch(() => undefined)
        writer = undefined
        await pause(20)
      }
    }
    await writer?.close().catch(() => undefined)
  }

  function begin(): WrittenTransaction {
    const transaction: WrittenTransaction = {
      number: transactions.length,
      values: [],
      hasOffset: false,
      outcome: 'unknown',
    }
    transactions.push(transaction)
    return transaction
  }

  async function write(writer: Writer, transaction: WrittenTransaction): Promise<void> {
    for (let left = 1 + random.pick(3); left > 0; left--) {
      const partition = random.pick(partitions)
      const value = `${transaction.number}/${transaction.values.length}`
      transaction.values.push({ partition, value })
      await writer.write(partition, [value])
    }
    if (!random.chance(0.5)) return
    transaction.hasOffset = true
    await writer.commitOffset(group, 0, transaction.number)
  }

  const running = Promise.all([
    run('raw', (id) => openRaw(port, topic, id)),
    run('kafkajs', (id) => openKafkajs(port, topic, id)),
  ])
  return {
    transactions,
    async stop() {
      stopping.abort()
      await running
    },
  }
}

interface Writer extends RawTransactions {
  close(): Promise<void>
}

const timeoutMs = 3000

async function openRaw(port: number, topic: string, transactionalId: string): Promise<Writer> {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${port}`, deadlineMs: 3000 })
  const [{ id: topicId } = { id: '' }] = await client.topics.describe([topic])
  await client.close()
  const raw = await openRawTransactions({ port, topic, topicId, transactionalId, timeoutMs })
  return { ...raw, close: async () => {} }
}

async function openKafkajs(port: number, topic: string, transactionalId: string): Promise<Writer> {
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 5000,
    retry: { initialRetryTime: 20, maxRetryTime: 200, retries: 5 },
  })
  const producer = kafka.producer({
    transactionalId,
    transactionTimeout: timeoutMs,
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  type Transaction = Awaited<ReturnType<typeof producer.transaction>>
  let open: Transaction | undefined
  const current = async (): Promise<Transaction> => (open ??= await producer.transaction())
  return {
    async write(partition, values) {
      await (await current()).send({ topic, messages: values.map((value) => ({ value, partition })) })
    },
    async commitOffset(consumerGroupId, partition, offset) {
      const topics = [{ topic, partitions: [{ partition, offset: String(offset) }] }]
      await (await current()).sendOffsets({ consumerGroupId, topics })
    },
    async end(isCommit) {
      const transaction = await current()
      open = undefined
      await (isCommit ? transaction.commit() : transaction.abort())
    },
    close: () => producer.disconnect(),
  }
}
