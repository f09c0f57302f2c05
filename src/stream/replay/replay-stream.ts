import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import { partitionOfKey } from '../client/murmur2.ts'
import type { Producer } from '../client/producer.ts'
import { isRefusal } from '../client/retry.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import { compressionOf, type Compression } from '../protocol/records/batch-header.ts'
import { readForward } from '../reader/read-forward.ts'
import { bytesOf, type ReadRecord } from '../reader/read-record.ts'
import { compileFilter } from '../reader/record-filter.ts'
import { replayGroup, type Replay, type ReplayProgress, type ReplayResult } from './replay.ts'
import { saveState, type ReplayState, type TargetState } from './replay-state.ts'
import { readSentBefore } from './sent-before.ts'

export interface ReplayOptions {
  /** Finishes what was read, writes down how far it is, and resolves. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ReplayProgress) => void
  /** After so many bytes, or two seconds, what was sent is waited for and the state written down. Default 16 MB. */
  readonly checkpointBytes?: number
}

/** So many offsets of a partition are copied before it is another one's turn. */
const turnOffsets = 10_000
const checkpointBytesDefault = 16_000_000
const checkpointMs = 2000

/**
 * Copies a range of records with their keys, headers and times. The order in which partitions take turns follows from the state
 * alone: what a run does again after an interruption, it does in the same order, under the same producer (INV-Y2).
 */
export async function replayStream(
  client: KafkaClient,
  replay: Replay,
  begun: ReplayState,
  { signal, onProgress, checkpointBytes = checkpointBytesDefault }: ReplayOptions = {},
): Promise<ReplayResult> {
  const { from, to, range } = replay
  const before = await readSentBefore(client, to, begun)
  const next = new Map(begun.next)
  const target = await openTarget(client, replay, begun, before.targets)
  const route = routeOf(replay, begun.targets.size)
  const isWanted = compileFilter(replay.filter)
  const figures = { copied: 0, found: 0, bytes: 0 }
  let unsaved = 0
  let savedAt = performance.now()

  async function send(record: ReadRecord): Promise<void> {
    const partition = route(record)
    if (before.take(record, partition)) return void figures.found++
    const { key, value, headers, timestampMs } = record
    await target.producer.send({ key, value, headers, timestampMs, partition })
    figures.copied++
    figures.bytes += bytesOf(record)
    unsaved += bytesOf(record)
  }

  const progress = (): ReplayProgress => ({ ...positionOf(range, next), ...figures })

  /** Until all is met that earlier runs sent beyond their state, theirs stays the place to look from. */
  const hasMetAll = (): boolean => figures.found === before.count
  let isSettled = before.count === 0

  function isDue(): boolean {
    if (!hasMetAll()) return false
    return !isSettled || unsaved >= checkpointBytes || performance.now() - savedAt >= checkpointMs
  }

  async function checkpoint(): Promise<void> {
    await target.producer.flush()
    const state = { range, next, targets: target.states, producer: target.producer.identity }
    if (hasMetAll()) await saveState(client.groups, replay, state)
    isSettled = hasMetAll()
    unsaved = 0
    savedAt = performance.now()
    onProgress?.(progress())
  }

  try {
    for (let turn = nextTurn(range, next); turn && !signal?.aborted; turn = nextTurn(range, next)) {
      const { partition, until } = turn
      const reading = {
        topic: from,
        from: new Map([[partition, next.get(partition)!]]),
        until: new Map([[partition, until]]),
        isWanted,
      }
      for await (const { records, next: reached } of readForward(client, reading)) {
        for (const record of records) await send(record)
        next.set(partition, reached)
        if (isDue()) await checkpoint()
        if (signal?.aborted) break
      }
    }
    const done = nextTurn(range, next) === undefined
    if (done) before.mustBeEmpty()
    await checkpoint()
    if (done) await client.groups.deleteOffsets(replayGroup(replay.name), to, [...target.states.keys()])
    return { ...progress(), done }
  } catch (error) {
    throw asOverlap(error, replay)
  } finally {
    // What went wrong with it was said by the flush before.
    await target.producer.close().catch(() => undefined)
  }
}

interface Target {
  readonly producer: Producer
  /** As of what was acknowledged. */
  readonly states: ReadonlyMap<number, TargetState>
}

/** The producer of all runs; the state knows it before its first batch is sent, so that a kill from then on finds what was sent. */
async function openTarget(
  client: KafkaClient,
  replay: Replay,
  begun: ReplayState,
  targets: ReadonlyMap<number, TargetState>,
): Promise<Target> {
  const states = new Map(targets)
  const nextSequences = new Map([...targets].map(([partition, { sequence }]) => [partition, sequence]))
  const producer = await client.createProducer({
    topic: replay.to,
    compression: replay.compression ?? (await compressionAt(client, replay.from, begun)),
    ...(begun.producer ? { continues: { ...begun.producer, nextSequences } } : {}),
    onAcknowledged({ partition, baseOffset, records }) {
      const { sentAfter, sequence } = states.get(partition)!
      // Of a batch that the broker had already it says no offset.
      const reached = Math.max(sentAfter, baseOffset + records)
      states.set(partition, { sentAfter: reached, sequence: (sequence + records) % 2 ** 31 })
    },
  })
  if (!begun.producer) await saveState(client.groups, replay, { ...begun, producer: producer.identity })
  return { producer, states }
}

/** The broker lets one run of a replay write at a time: sequence numbers of another one do not follow. */
function asOverlap(error: unknown, { name }: Replay): unknown {
  if (!isRefusal(error, kafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER)) return error
  return new WeirError(
    'WEIR-3123',
    `another run of the replay ${name} writes at the same time, or wrote until a moment ago. Nothing came twice: wait until it has ended, and run the same command again`,
    { cause: error },
  )
}

/** The partition that is least far, counted in turns; the lowest of several. */
function nextTurn(
  range: Replay['range'],
  next: ReadonlyMap<number, number>,
): { readonly partition: number; readonly until: number } | undefined {
  let chosen: { partition: number; turn: number; until: number } | undefined
  for (const [partition, { start, until }] of range) {
    const at = next.get(partition)!
    if (at >= until) continue
    const turn = Math.floor((at - start) / turnOffsets)
    if (!chosen || turn < chosen.turn || (turn === chosen.turn && partition < chosen.partition))
      chosen = { partition, turn, until: Math.min(until, start + (turn + 1) * turnOffsets) }
  }
  return chosen
}

/** Records without a key keep together what was together. */
function routeOf({ partitioning }: Replay, targets: number): (record: ReadRecord) => number {
  if (partitioning === 'same') return ({ partition }) => partition
  return ({ key, partition }) => (key === null ? partition % targets : partitionOfKey(key, targets))
}

/** Of the first batch that will be read. */
async function compressionAt(client: KafkaClient, topic: string, { range, next }: ReplayState): Promise<Compression> {
  const open = [...next].filter(([partition, offset]) => offset < range.get(partition)!.until).slice(0, 1)
  const until = new Map(open.map(([partition]) => [partition, range.get(partition)!.until]))
  for await (const { records } of readForward(client, { topic, from: new Map(open), until }))
    if (records[0]) return compressionOf(records[0].batch.attributes)
  return 'none'
}

function positionOf(
  range: Replay['range'],
  next: ReadonlyMap<number, number>,
): { readonly position: number; readonly total: number } {
  let [position, total] = [0, 0]
  for (const [partition, { start, until }] of range) {
    position += next.get(partition)! - start
    total += until - start
  }
  return { position, total }
}
