import { setTimeout as pause } from 'node:timers/promises'
import { Consumer, stringDeserializers, type MessagesStream } from '@platformatic/kafka'
import type { CommitsOfGroup } from './commits-of-group.ts'
import { kafkajsFor, workAgainAndAgain, type Closable, type ClientWork } from './client-work.ts'

/** A member of the classic protocol: it reads, and commits how far it came. */
export async function readInClassicGroup(
  work: ClientWork,
  { group, topic, member }: { readonly group: string; readonly topic: string; readonly member: string },
  commits: CommitsOfGroup,
): Promise<void> {
  const { random, stopping } = work
  async function open(): Promise<Closable> {
    const consumer = kafkajsFor(work.port, member).consumer({
      groupId: group,
      sessionTimeout: 6000,
      rebalanceTimeout: 500,
      heartbeatInterval: 200,
      maxWaitTimeInMs: 100,
      // It would send a commit again in a generation that it was not meant for.
      retry: { initialRetryTime: 20, maxRetryTime: 200, retries: 0, restartOnFailure: async () => !stopping.aborted },
    })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        if (!payload.isRunning() || payload.isStale()) return
        const { batch } = payload
        const offset = { group, topic, partition: batch.partition, offset: Number(batch.lastOffset()) + 1 }
        await commits.commit(offset, () => consumer.commitOffsets([{ ...offset, offset: String(offset.offset) }]))
      },
    })
    return { close: () => consumer.disconnect() }
  }
  await workAgainAndAgain(work, open, async () => {
    await pause(500 + random.pick(4000), undefined, { signal: stopping })
    if (random.chance(0.5)) throw new Error('this member leaves')
  })
}

type Stream = MessagesStream<string, string, string, string>

/** The same of the consumer protocol (KIP-848). A log that was killed ends what the member reads, not its membership. */
export async function readInConsumerGroup(
  work: ClientWork,
  { group, topic, member }: { readonly group: string; readonly topic: string; readonly member: string },
  commits: CommitsOfGroup,
): Promise<void> {
  const { port, random, stopping } = work
  async function open(): Promise<Closable & { readonly consumer: Consumer<string, string, string, string> }> {
    const consumer = new Consumer({
      clientId: member,
      groupId: group,
      groupProtocol: 'consumer',
      bootstrapBrokers: [`127.0.0.1:${port}`],
      deserializers: stringDeserializers,
      // Nothing is tried again by it: a commit that is sent again in another epoch would not be the one that was meant.
      retries: 0,
      connectTimeout: 1000,
      requestTimeout: 5000,
      maxWaitTime: 100,
    })
    consumer.on('error', () => undefined)
    return { consumer, close: () => consumer.close(true) }
  }
  await workAgainAndAgain(work, open, async ({ consumer }) => {
    const until = performance.now() + 500 + random.pick(4000)
    while (!stopping.aborted && performance.now() < until) await readFor(consumer, until).catch(() => pause(100))
    if (random.chance(0.3)) throw new Error('this member leaves')
  })

  async function readFor(consumer: Consumer<string, string, string, string>, until: number): Promise<void> {
    const stream = await consumer.consume({
      topics: [topic],
      mode: 'committed',
      fallbackMode: 'earliest',
      autocommit: false,
    })
    const ends = setTimeout(() => stream.destroy(), Math.max(1, until - performance.now()))
    try {
      await commitEach(stream)
    } finally {
      clearTimeout(ends)
      await stream.close().catch(() => undefined)
    }
  }

  async function commitEach(stream: Stream): Promise<void> {
    for await (const message of stream) {
      if (stopping.aborted) return
      // Not each: there are many.
      if (!random.chance(0.1)) continue
      const offset = { group, topic, partition: message.partition, offset: Number(message.offset) + 1 }
      await commits.commit(offset, async () => message.commit())
    }
  }
}
