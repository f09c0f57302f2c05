import { setTimeout as pause } from 'node:timers/promises'
import { connectKafka } from '../../../../src/stream/client/connect.ts'
import type { Place, Write } from '../history.ts'
import { kafkajsFor, workAgainAndAgain, type Closable, type ClientWork } from './client-work.ts'

/** What one writer writes to. */
export interface WriterTarget {
  readonly topic: string
  readonly partitions: number
  /** So many keys, all of them its own; without keys when left out. */
  readonly keys?: number
}

interface Sender extends Closable {
  /** Resolves when all that was given is acknowledged; `write` says where it lies. */
  readonly send: (writes: readonly Write[]) => Promise<void>
}

const compressions = ['none', 'none', 'gzip', 'lz4', 'zstd', 'snappy'] as const

type Library = 'own' | 'kafkajs' | 'plain kafkajs'

/**
 * Producers write bursts of values, each once; one that fails is replaced, and leaves writes of unknown outcome. All are idempotent
 * but the plain one, which sends nothing again.
 */
export async function writeUnique(
  work: ClientWork,
  name: string,
  target: WriterTarget,
  library: Library,
): Promise<void> {
  const { history, random } = work
  let sessions = 0
  let sent = 0

  function nextWrite(producer: string): Write {
    const number = sent++
    const partition = random.pick(target.partitions)
    // A key is written to one partition only: there it has its last value.
    const key = target.keys === undefined ? {} : { key: `${name}-${partition}-${random.pick(target.keys)}` }
    const value = `${name}.${number}`.padEnd(random.pick(300), '-')
    return { topic: target.topic, partition, producer, value, ...key, acknowledged: false }
  }

  await workAgainAndAgain(
    work,
    async () => {
      const producer = `${name} ${++sessions}`
      const sender = await (library === 'own'
        ? openOwn(work, target)
        : openKafkajs(work, target, library === 'kafkajs'))
      return { ...sender, producer }
    },
    async ({ send, producer }) => {
      const writes = Array.from({ length: 1 + random.pick(20) }, () => nextWrite(producer))
      history.writes.push(...writes)
      await send(writes)
      await pause(random.pick(20))
    },
  )
}

function acknowledge(write: Write, offset: number): void {
  write.acknowledged = true
  if (offset >= 0) write.offset = offset
}

async function openOwn({ port, random }: ClientWork, { topic }: WriterTarget): Promise<Sender> {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${port}`, deadlineMs: 60_000 })
  /** By partition, in the order of sending. */
  const waiting = new Map<number, Write[]>()
  const producer = await client.createProducer({
    topic,
    deadlineMs: 60_000,
    lingerMs: random.pick(4),
    batchBytesMax: 4000,
    compression: random.oneOf(compressions),
    onAcknowledged({ partition, baseOffset, records }) {
      const writes = waiting.get(partition)!.splice(0, records)
      for (const [at, write] of writes.entries()) acknowledge(write, baseOffset < 0 ? -1 : baseOffset + at)
    },
  })
  return {
    async send(writes) {
      for (const write of writes) {
        const { value, key = null, partition } = write
        waiting.set(partition, [...(waiting.get(partition) ?? []), write])
        await producer.send({ value, key, partition })
      }
      await producer.flush()
    },
    close: () => client.close(),
  }
}

async function openKafkajs({ port }: ClientWork, { topic }: WriterTarget, idempotent: boolean): Promise<Sender> {
  const producer = kafkajsFor(port, 'unique').producer({
    idempotent,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    ...(idempotent ? {} : { retry: { retries: 0 } }),
  })
  await producer.connect()
  return {
    async send(writes) {
      const messages = writes.map(({ value, key = null, partition }) => ({ value, key, partition }))
      noteOffsets(writes, await producer.send({ topic, acks: -1, messages }))
    },
    close: () => producer.disconnect(),
  }
}

interface BatchPlace {
  readonly partition: number
  readonly baseOffset?: string
}

/** All that one call of kafkajs sent to a partition is one batch. */
export function noteOffsets(writes: readonly Write[], answers: readonly BatchPlace[]): void {
  for (const { partition, baseOffset = '-1' } of answers)
    for (const [at, write] of writes.filter((one: Place) => one.partition === partition).entries())
      acknowledge(write, baseOffset === '-1' ? -1 : Number(baseOffset) + at)
}
