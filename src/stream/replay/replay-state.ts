import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KafkaGroups } from '../client/kafka-groups.ts'
import type { ProducerId } from '../client/producer.ts'
import { replayGroup, type OffsetRange, type Replay } from './replay.ts'

/** How far a replay is, as of one moment at which everything sent was acknowledged. */
export interface ReplayState {
  readonly range: ReadonlyMap<number, OffsetRange>
  /** By partition of the source: all before it is copied. */
  readonly next: ReadonlyMap<number, number>
  /** By partition of the target. */
  readonly targets: ReadonlyMap<number, TargetState>
  /** Who sends, through all runs; undefined before the first. */
  readonly producer: ProducerId | undefined
}

export interface TargetState {
  /** What was sent since lies at or after it. */
  readonly sentAfter: number
  /** Of the next batch that the producer sends. */
  readonly sequence: number
}

/** One commit, so that a kill finds all of it or what was before. */
export async function saveState(groups: KafkaGroups, { name, from, to }: Replay, state: ReplayState): Promise<void> {
  const sources = [...state.next].map(([partition, offset]) => {
    const metadata = JSON.stringify({ ...state.range.get(partition)!, ...state.producer })
    return { topic: from, partition, offset, metadata }
  })
  const targets = [...state.targets].map(([partition, { sentAfter, sequence }]) => ({
    topic: to,
    partition,
    offset: sentAfter,
    metadata: JSON.stringify({ sequence }),
  }))
  await groups.commit(replayGroup(name), [...sources, ...targets])
}

/** Undefined when no replay of this name was begun. */
export async function loadState(
  groups: KafkaGroups,
  { name, from, to }: Pick<Replay, 'name' | 'from' | 'to'>,
): Promise<ReplayState | undefined> {
  const committed = await groups.committed(replayGroup(name))
  if (committed.length === 0) return undefined
  const sources = committed
    .filter(({ topic }) => topic === from)
    .map(({ partition, offset, metadata }) => ({
      partition,
      offset,
      ...numbersIn(name, metadata, ['start', 'until', 'producerId', 'producerEpoch']),
    }))
  const [first] = sources
  if (!first) throw foreign(name, `it has offsets of ${committed[0]!.topic}, not of ${from}`)
  const targets = committed
    .filter(({ topic }) => topic === to)
    .map(({ partition, offset, metadata }): [number, TargetState] => [
      partition,
      { sentAfter: offset, sequence: numbersIn(name, metadata, ['sequence']).sequence },
    ])
  return {
    range: new Map(sources.map(({ partition, start, until }) => [partition, { start, until }])),
    next: new Map(sources.map(({ partition, offset }) => [partition, offset])),
    targets: new Map(targets),
    producer: { producerId: first.producerId, producerEpoch: first.producerEpoch },
  }
}

function numbersIn<Name extends string>(name: string, metadata: string, wanted: readonly Name[]): Record<Name, number> {
  let read: Record<string, unknown> = {}
  try {
    read = JSON.parse(metadata) as Record<string, unknown>
  } catch {
    // It is not ours, which is said below.
  }
  if (wanted.every((each) => typeof read[each] === 'number')) return read as Record<Name, number>
  throw foreign(name, 'somebody else committed in it')
}

function foreign(name: string, why: string): WeirError {
  return new WeirError(
    'WEIR-3123',
    `the group ${replayGroup(name)} keeps no progress of this replay: ${why}. Give the replay another --name`,
  )
}

export function isDone({ range, next }: ReplayState): boolean {
  return [...range].every(([partition, { until }]) => (next.get(partition) ?? 0) >= until)
}
