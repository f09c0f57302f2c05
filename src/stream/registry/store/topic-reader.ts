import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../../../kernel/logger.ts'
import type { KafkaClient } from '../../client/kafka-client.ts'
import { check } from '../../client/retry.ts'
import { isControlBatch } from '../../protocol/records/batch-header.ts'
import { batchesIn, openRecords, type RecordCursor } from '../../protocol/records/record-cursor.ts'
import { readRecord, type RegistryKey } from '../state/registry-record.ts'
import { createRegistryState, type RegistryState } from '../state/registry-state.ts'
import { schemasTopic } from './schemas-topic.ts'

/** A record that was read: whose it was, and why it changed nothing, if so. */
export interface AppliedRecord {
  readonly offset: number
  readonly key: RegistryKey | undefined
  readonly passed: string | undefined
}

/** The state as the topic has it, kept up with it until it is closed. */
export interface TopicReader {
  readonly state: RegistryState
  /** Resolves when the record at this offset was applied. */
  reached(offset: number): Promise<void>
  /** Resolves when all was applied that the topic has now. */
  reachedEnd(): Promise<void>
  /** Called for each record. */
  onApplied(listener: (record: AppliedRecord) => void): () => void
  /** Why it reads no more; undefined while it does. */
  readonly failure: unknown
  /** The same of the work, unless it reads no more before that ends: then it rejects with why. */
  whileReading<Result>(work: Promise<Result>): Promise<Result>
  close(): void
}

/** So long a fetch waits at the broker for something new. */
const waitMs = 10_000
const retryMs = 1000
/** A restored log goes on behind a hole of this many offsets at least (docs/spec/log.md). */
const restoredOffsets = 10 ** 12
/** More schemas than anybody registers between a backup and its restore. */
const restoredIds = 10_000
const reachMs = 30_000

/** Reads the topic from its beginning; resolves when it has reached the end. */
export async function readTopic(kafka: KafkaClient, topicId: string, logger: Logger): Promise<TopicReader> {
  const state = createRegistryState()
  const closed = new AbortController()
  const listeners = new Set<(record: AppliedRecord) => void>()
  const waiting = new Set<{ readonly offset: number; readonly resolve: () => void }>()
  let position = (await kafka.offsets.list(schemasTopic, 'start', [0])).get(0) ?? 0
  /** Of the topic, when it was asked last. */
  let end = (await kafka.offsets.list(schemasTopic, 'end', [0])).get(0) ?? 0
  let failure: unknown
  const stopped = Promise.withResolvers<never>()
  stopped.promise.catch(() => undefined)

  function applyRecord(cursor: RecordCursor): void {
    const part = (start: number, end: number): Buffer | null => (start < 0 ? null : cursor.buffer.subarray(start, end))
    const record = readRecord(part(cursor.keyStart, cursor.keyEnd), part(cursor.valueStart, cursor.valueEnd))
    const passed = record ? state.apply(record, cursor.timestamp)?.passed : 'it is no record of a schema registry'
    if (passed !== undefined)
      logger.warn(
        { topic: schemasTopic, offset: cursor.offset, passed },
        'a record of the schema registry was passed over',
      )
    for (const listener of listeners) listener({ offset: cursor.offset, key: record?.key, passed })
  }

  function applyBatches(records: Buffer): void {
    for (const { at, header } of batchesIn(records)) {
      passOverRestore(header.baseOffset)
      const cursor = openRecords(records, at, header)
      while (!isControlBatch(header.attributes) && cursor.next()) if (cursor.offset >= position) applyRecord(cursor)
      moveTo(header.baseOffset + header.lastOffsetDelta + 1)
    }
  }

  /** Ids that were given after the backup went with it, and may be known elsewhere. */
  function passOverRestore(next: number): void {
    if (next - position >= restoredOffsets) state.ids.passOver(restoredIds)
  }

  function moveTo(offset: number): void {
    position = Math.max(position, offset)
    for (const each of waiting) if (each.offset < position) each.resolve()
  }

  async function readOn(): Promise<void> {
    const [fetched] = await kafka.fetch({
      topic: schemasTopic,
      topicId,
      partitions: [{ partition: 0, offset: position, bytesMax: 16_000_000 }],
      // Up to what there is for sure nothing is waited for, also where it ends in a hole.
      waitMs: position < end ? 0 : waitMs,
      signal: closed.signal,
    })
    check(fetched!.errorCode, `partition 0 of topic ${schemasTopic}`)
    applyBatches(fetched!.records)
    if (fetched!.records.length > 0) return
    passOverRestore(fetched!.highWatermark)
    moveTo(fetched!.highWatermark)
  }

  /** Ends when it is closed, or when the topic is another one now: then whoever needs the state opens it anew. */
  async function follow(): Promise<void> {
    while (!closed.signal.aborted) {
      try {
        await readOn()
      } catch (error) {
        if (closed.signal.aborted) break
        if (isFinal(error)) return stop(error)
        logger.warn({ err: error }, 'the schemas could not be read; it is tried again')
        await pause(retryMs, undefined, { signal: closed.signal, ref: false }).catch(() => undefined)
      }
    }
    stop(new Error('the reader of schemas was closed'))
  }

  function stop(reason: unknown): void {
    failure = reason
    stopped.reject(reason)
  }

  async function reached(offset: number): Promise<void> {
    if (offset < position) return
    if (failure !== undefined) throw failure
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const entry = { offset, resolve }
    waiting.add(entry)
    const late = new Error(`the schemas were not read up to ${offset} within ${reachMs} ms`)
    const timer = setTimeout(() => reject(late), reachMs)
    await whileReading(promise).finally(() => {
      clearTimeout(timer)
      waiting.delete(entry)
    })
  }

  function whileReading<Result>(work: Promise<Result>): Promise<Result> {
    return Promise.race([work, stopped.promise])
  }

  async function reachedEnd(): Promise<void> {
    end = (await whileReading(kafka.offsets.list(schemasTopic, 'end', [0]))).get(0) ?? 0
    if (end > 0) await reached(end - 1)
  }

  void follow()
  try {
    await reachedEnd()
  } catch (error) {
    closed.abort()
    throw error
  }
  return {
    state,
    get failure() {
      return failure
    },
    reached,
    reachedEnd,
    whileReading,
    onApplied(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => closed.abort(),
  }
}

/** The topic was deleted, or what stood at this place in it. */
function isFinal(error: unknown): boolean {
  const { error: name } = ((error as { details?: Readonly<Record<string, unknown>> }).details ?? {}) as {
    error?: string
  }
  return ['UNKNOWN_TOPIC_ID', 'UNKNOWN_TOPIC_OR_PARTITION', 'OFFSET_OUT_OF_RANGE', 'INCONSISTENT_TOPIC_ID'].includes(
    name ?? '',
  )
}
