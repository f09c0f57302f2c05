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
  /** The offset that is read next. */
  readonly position: number
  /** Resolves when the record at this offset was applied. */
  reached(offset: number): Promise<void>
  /** Resolves when all was applied that the topic has now. */
  reachedEnd(): Promise<void>
  /** Called for each record. */
  onApplied(listener: (record: AppliedRecord) => void): () => void
  /** Why it reads no more; undefined while it does. */
  readonly failure: unknown
  close(): void
}

/** So long a fetch waits at the broker for something new. */
const waitMs = 10_000
const retryMs = 1000
const reachMs = 30_000

/** Reads the topic from its beginning; resolves when it has reached the end. */
export async function readTopic(kafka: KafkaClient, topicId: string, logger: Logger): Promise<TopicReader> {
  const state = createRegistryState()
  const closed = new AbortController()
  const listeners = new Set<(record: AppliedRecord) => void>()
  const waiting = new Set<{
    readonly offset: number
    readonly resolve: () => void
    readonly reject: (error: unknown) => void
  }>()
  let position = (await kafka.offsets.list(schemasTopic, 'start', [0])).get(0) ?? 0
  let failure: unknown

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
      const cursor = openRecords(records, at, header)
      while (!isControlBatch(header.attributes) && cursor.next()) if (cursor.offset >= position) applyRecord(cursor)
      position = Math.max(position, header.baseOffset + header.lastOffsetDelta + 1)
    }
    for (const each of waiting) if (each.offset < position) each.resolve()
  }

  async function readOn(): Promise<void> {
    const [fetched] = await kafka.fetch({
      topic: schemasTopic,
      topicId,
      partitions: [{ partition: 0, offset: position, bytesMax: 16_000_000 }],
      waitMs,
      isolation: 'committed',
      signal: closed.signal,
    })
    check(fetched!.errorCode, `partition 0 of topic ${schemasTopic}`)
    applyBatches(fetched!.records)
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
    for (const each of waiting) each.reject(reason)
  }

  async function reached(offset: number): Promise<void> {
    if (offset < position) return
    if (failure !== undefined) throw failure
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const entry = { offset, resolve, reject }
    waiting.add(entry)
    const timer = setTimeout(
      () => reject(new Error(`the schemas were not read up to ${offset} within ${reachMs} ms`)),
      reachMs,
    )
    await promise.finally(() => {
      clearTimeout(timer)
      waiting.delete(entry)
    })
  }

  async function reachedEnd(): Promise<void> {
    const end = (await kafka.offsets.list(schemasTopic, 'end', [0])).get(0) ?? 0
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
    get position() {
      return position
    },
    get failure() {
      return failure
    },
    reached,
    reachedEnd,
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
