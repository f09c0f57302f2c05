import { WeirError } from '../../kernel/errors/weir-error.ts'
import { initProducerIdApi } from '../protocol/apis/init-producer-id.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import { createBatchBuffers } from '../protocol/records/batch-buffers.ts'
import { createAccumulator } from './accumulator.ts'
import { createBatcher, type Batcher } from './batcher.ts'
import type { Cluster } from './cluster.ts'
import type { TopicDescription } from './kafka-client.ts'
import { createFetch } from './fetch.ts'
import { findBatch } from './find-batch.ts'
import { createLane, type Lane, type QueuedBatch } from './lane.ts'
import { createLineSplitter } from './line-splitter.ts'
import { createOffsetsClient } from './offsets.ts'
import { createPendingBatches, type PendingBatches } from './pending-batches.ts'
import { produceTo } from './produce.ts'
import type { Producer, ProducerId, ProducerOptions } from './producer.ts'
import { producerSettings } from './producer-settings.ts'
import { placed, recordTooLarge } from './record-too-large.ts'
import { check, isRefusal, isRetriable, withRetries } from './retry.ts'
import { createWaitingNotice } from './waiting-notice.ts'

/** A broker that creates topics when they are named says for a moment that there is none. */
const creationMs = 5_000
const attemptMsMax = 30_000
/** Of batches that were acknowledged: as many as are usually acknowledged before the next one is begun. */
const idleBuffersMax = 8
/** A line that does not end is no line: it would fill the memory. */
const openLineBytesMax = 512 * 1024 * 1024

/** Opens a producer: finds the topic (creating it where the broker does), and gets an id when idempotent. */
export async function createProducer(cluster: Cluster, options: ProducerOptions): Promise<Producer> {
  const settings = producerSettings(options)
  const { topic, acks, deadlineMs } = settings
  const { partitions } = await findOrCreateTopic(cluster, topic)
  const { continues } = options
  const onRetry = options.onWaiting && createWaitingNotice(options.onWaiting)
  const producer = settings.idempotent ? (continues ?? (await initProducerId(cluster, deadlineMs, onRetry))) : undefined
  const pending = createPendingBatches(settings.bufferBytesMax)
  const buffers = createBatchBuffers(settings.batchBytesMax, idleBuffersMax)
  /** Where the next batch of a partition lies at the earliest. */
  const nextOffsets = new Map<number, number>()
  let order = 0

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

  const fetch = createFetch(cluster, attemptMsMax)
  const offsets = createOffsetsClient(cluster, attemptMsMax)

  async function find({ partition, batch }: QueuedBatch): Promise<number | undefined> {
    const fromOffset =
      nextOffsets.get(partition) ?? (await offsets.list(topic, 'start', [partition])).get(partition) ?? 0
    return findBatch(fetch, batch, { topic, partition, fromOffset })
  }

  function onDone(batch: QueuedBatch, baseOffset: number): void {
    pending.done(batch)
    if (baseOffset >= 0) nextOffsets.set(batch.partition, baseOffset + batch.records)
    // The broker has all of it, so the kernel has: no socket reads it again.
    buffers.giveBack(batch.batch)
    options.onAcknowledged?.({ partition: batch.partition, baseOffset, records: batch.records })
  }

  const laneOptions = { inFlightMax: settings.inFlightMax, attempt, find, onDone, onRetry, onFailed: pending.fail }
  const lanes = partitions.map(() => createLane(laneOptions))
  const accumulators = partitions.map(({ partition }) =>
    createAccumulator(partition, {
      ...settings,
      buffers,
      producer,
      nextSequence: continues?.nextSequences.get(partition) ?? 0,
    }),
  )
  const batcher = createBatcher(topic, accumulators, settings, (partition, cut) => {
    const batch = { ...cut, partition, order: order++, deadline: performance.now() + deadlineMs }
    pending.add(batch)
    lanes[partition]!.add(batch)
  })
  return producerOf(settings, producer, batcher, pending, lanes)
}

function producerOf(
  { topic, compression, recordBytesMax }: ReturnType<typeof producerSettings>,
  identity: ProducerId | undefined,
  batcher: Batcher,
  pending: PendingBatches,
  lanes: readonly Lane[],
): Producer {
  const splitter = createLineSplitter()
  /** Compressed, a longer one may be taken. */
  const openBytesMax = compression === 'none' ? Math.min(recordBytesMax, openLineBytesMax) : openLineBytesMax
  let lines = 0
  let closed = false

  function addLines(whole: Buffer): void {
    try {
      lines += batcher.addLines(whole)
    } catch (error) {
      throw placed(`line ${lines + 1}`, error)
    }
  }

  function checkOpen(): void {
    if (closed) throw new WeirError('WEIR-3101', `the producer for topic ${topic} was closed; open another one`)
    pending.throwIfFailed()
  }

  async function flush(): Promise<{ records: number; bytes: number }> {
    checkOpen()
    const open = splitter.rest()
    if (open) addLines(open)
    batcher.cutAll()
    return pending.settled()
  }

  return {
    identity: identity && { producerId: identity.producerId, producerEpoch: identity.producerEpoch },
    flush,
    send(record) {
      checkOpen()
      batcher.add(record)
      return pending.room()
    },
    sendLines(chunk) {
      checkOpen()
      for (const whole of splitter.split(chunk)) addLines(whole)
      if (splitter.openBytes > openBytesMax)
        throw placed(`line ${lines + 1}`, recordTooLarge(topic, splitter.openBytes, recordBytesMax))
      return pending.room()
    },
    async close() {
      if (closed) return
      try {
        await flush()
      } finally {
        closed = true
        batcher.stop()
        for (const lane of lanes) lane.stop()
      }
    },
  }
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

async function initProducerId(
  cluster: Cluster,
  deadlineMs: number,
  onRetry?: (reason: unknown, failingMs: number) => void,
): Promise<ProducerId> {
  const began = performance.now()
  return withRetries('get a producer id', deadlineMs, async (timeoutMs) => {
    const request = { transactionalId: null, transactionTimeoutMs: -1 }
    try {
      const { body } = await cluster.any().call(initProducerIdApi, request, { timeoutMs })
      check(body.errorCode, 'get a producer id')
      return { producerId: body.producerId, producerEpoch: body.producerEpoch }
    } catch (error) {
      if (isRetriable(error)) onRetry?.(error, performance.now() - began)
      throw error
    }
  })
}
