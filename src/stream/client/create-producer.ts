import { WeirError } from '../../kernel/errors/weir-error.ts'
import { initProducerIdApi } from '../protocol/apis/init-producer-id.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import { bytesOf, createAccumulator, type Accumulator, type ProducerId } from './accumulator.ts'
import type { Cluster } from './cluster.ts'
import type { TopicDescription } from './kafka-client.ts'
import { createLane, type QueuedBatch } from './lane.ts'
import { createLineSplitter } from './line-splitter.ts'
import { partitionOfKey } from './murmur2.ts'
import { createPendingBatches } from './pending-batches.ts'
import { produceTo } from './produce.ts'
import type { OutgoingRecord, Producer, ProducerOptions } from './producer.ts'
import { check, isRefusal, refused, withRetries } from './retry.ts'

/** A broker that creates topics when they are named says for a moment that there is none. */
const creationMs = 5_000
const attemptMsMax = 30_000

/** Opens a producer: finds the topic (creating it where the broker does), and gets an id when idempotent. */
export async function createProducer(cluster: Cluster, options: ProducerOptions): Promise<Producer> {
  const settings = settingsOf(options)
  const { topic, acks, deadlineMs } = settings
  const { partitions } = await findOrCreateTopic(cluster, topic)
  const producer = settings.idempotent ? await initProducerId(cluster, deadlineMs) : undefined
  const accumulators = partitions.map(({ partition }) => createAccumulator(partition, { ...settings, producer }))
  const pending = createPendingBatches(settings.bufferBytesMax)
  const splitter = createLineSplitter()
  let closed = false
  let current = 0
  let order = 0
  let lingering: NodeJS.Timeout | undefined

  const lanes = partitions.map(() =>
    createLane({
      inFlightMax: settings.inFlightMax,
      attempt,
      onFailed: pending.fail,
      onDone(batch, baseOffset) {
        pending.done(batch)
        options.onAcknowledged?.({ partition: batch.partition, baseOffset, records: batch.records })
      },
    }),
  )

  async function attempt({ partition, batch, deadline }: QueuedBatch): Promise<number> {
    const timeoutMs = Math.min(attemptMsMax, Math.max(1, deadline - performance.now()))
    try {
      const broker = cluster.leader(await cluster.topic(topic, { timeoutMs }), partition)
      return (await produceTo(broker, { topic, partition }, batch, acks, timeoutMs)).baseOffset
    } catch (error) {
      cluster.forgetTopic(topic)
      throw error
    }
  }

  function cut(accumulator: Accumulator): void {
    const { partition } = accumulator
    const batch = { ...accumulator.cut(), partition, order: order++, deadline: performance.now() + deadlineMs }
    pending.add(batch)
    lanes[partition]!.add(batch)
    if (partition === current) current = (current + 1) % accumulators.length
  }

  function cutAll(): void {
    clearTimeout(lingering)
    lingering = undefined
    for (const accumulator of accumulators) if (!accumulator.empty) cut(accumulator)
  }

  function linger(): void {
    lingering ??= setTimeout(cutAll, settings.lingerMs)
  }

  function checkOpen(): void {
    if (closed) throw new WeirError('WEIR-3101', `the producer for topic ${topic} was closed; open another one`)
    pending.throwIfFailed()
  }

  function partitionFor(record: OutgoingRecord, key: Buffer | null): number {
    const partition = record.partition ?? (key ? partitionOfKey(key, accumulators.length) : current)
    if (accumulators[partition]) return partition
    throw refused(kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION, `partition ${partition} of topic ${topic}`)
  }

  function appendLines(chunk: Buffer): void {
    for (let at = 0; ;) {
      const accumulator = accumulators[current]!
      const { next, full } = accumulator.appendLines(chunk, at)
      if (!full) return
      cut(accumulator)
      at = next
    }
  }

  async function flush(): Promise<{ records: number; bytes: number }> {
    checkOpen()
    const open = splitter.rest()
    if (open) appendLines(open)
    cutAll()
    return pending.settled()
  }

  return {
    flush,
    send(record) {
      checkOpen()
      const key = bytesOf(record.key)
      const accumulator = accumulators[partitionFor(record, key)]!
      if (!accumulator.append(record, key)) {
        cut(accumulator)
        // Without a key the next partition's turn has come.
        const next = accumulators[partitionFor(record, key)]!
        if (!next.append(record, key)) {
          cut(next)
          next.append(record, key)
        }
      }
      linger()
      return pending.room()
    },
    sendLines(chunk) {
      checkOpen()
      for (const lines of splitter.split(chunk)) appendLines(lines)
      linger()
      return pending.room()
    },
    async close() {
      if (closed) return
      try {
        await flush()
      } finally {
        closed = true
        clearTimeout(lingering)
        for (const lane of lanes) lane.stop()
      }
    },
  }
}

function settingsOf(options: ProducerOptions) {
  const acks = options.acks ?? 'all'
  const idempotent = options.idempotent ?? acks === 'all'
  if (idempotent && acks !== 'all')
    throw new WeirError('WEIR-1003', `a producer with idempotent: true needs acks 'all', not '${acks}'`)
  const inFlightMax = options.inFlightMax ?? 5
  if (inFlightMax < 1 || inFlightMax > 5)
    throw new WeirError('WEIR-1003', `inFlightMax is ${inFlightMax}; a producer takes 1 to 5`)
  return {
    topic: options.topic,
    acks,
    idempotent,
    inFlightMax,
    lingerMs: options.lingerMs ?? 5,
    batchBytesMax: options.batchBytesMax ?? 900_000,
    bufferBytesMax: options.bufferBytesMax ?? 32 * 1024 * 1024,
    compression: options.compression ?? 'none',
    deadlineMs: options.deadlineMs ?? 120_000,
  } as const
}

async function findOrCreateTopic(cluster: Cluster, name: string): Promise<TopicDescription> {
  const end = performance.now() + creationMs
  return withRetries(`topic ${name}`, attemptMsMax, async (timeoutMs) => {
    try {
      return await cluster.topic(name, { timeoutMs, create: true })
    } catch (error) {
      const unknown = isRefusal(error, kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION)
      if (!unknown || performance.now() < end) throw error
      throw new WeirError('WEIR-3105', `there is no topic ${name}, and the broker creates none; create it first`, {
        cause: error,
      })
    }
  })
}

async function initProducerId(cluster: Cluster, deadlineMs: number): Promise<ProducerId> {
  return withRetries('get a producer id', deadlineMs, async (timeoutMs) => {
    const request = { transactionalId: null, transactionTimeoutMs: -1 }
    const { body } = await cluster.any().call(initProducerIdApi, request, { timeoutMs })
    check(body.errorCode, 'get a producer id')
    return { producerId: body.producerId, producerEpoch: body.producerEpoch }
  })
}
