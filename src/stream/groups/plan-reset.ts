import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import { isRefusal } from '../client/retry.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import { describeLag, type GroupLag } from './group-lag.ts'

/** Where a group is to go on, as `kafka-consumer-groups --reset-offsets` has it. */
export type ResetTarget =
  | { readonly to: 'earliest' | 'latest' | 'current' }
  | { readonly to: 'offset'; readonly offset: number }
  | { readonly to: 'time'; readonly timestampMs: number }
  | { readonly to: 'shift'; readonly by: number }
  | { readonly to: 'given'; readonly offsets: readonly GivenOffset[] }

export interface GivenOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** Topics, with some of their partitions or all. */
export interface ResetScope {
  readonly topic: string
  readonly partitions?: readonly number[]
}

export interface ResetStep {
  readonly topic: string
  readonly partition: number
  readonly from: number | null
  readonly to: number
  readonly start: number
  readonly end: number
}

export interface ResetPlan {
  readonly group: string
  readonly state: string
  readonly members: number
  readonly steps: readonly ResetStep[]
}

/**
 * What a reset would do; nothing is changed. Without a scope, every partition that the group committed. Offsets outside of what
 * there is become the nearest bound, as in Kafka. A group that does not exist yet can be given offsets before its first start.
 */
export async function planReset(
  client: KafkaClient,
  group: string,
  target: ResetTarget,
  scope: readonly ResetScope[],
): Promise<ResetPlan> {
  const [known] = await describeLag(client, [group])
  const lag: Pick<GroupLag, 'state' | 'members' | 'partitions'> = known ?? {
    state: 'Dead',
    members: [],
    partitions: [],
  }
  const wanted = target.to === 'given' ? scopeOf(target.offsets) : scope.length > 0 ? scope : scopeOf(lag.partitions)
  if (wanted.length === 0)
    throw new WeirError(
      'WEIR-3121',
      `the group "${group}" has committed nothing: name the streams that it is to begin in`,
    )
  const committed = new Map(lag.partitions.map((one) => [`${one.topic}/${one.partition}`, one.committed]))
  const steps: ResetStep[] = []
  for (const { topic, partitions } of wanted)
    for (const { partition, start, end, found } of await boundsOf(client, topic, partitions, target)) {
      const from = committed.get(`${topic}/${partition}`) ?? null
      const to = Math.max(start, Math.min(end, wantedOffset(target, { topic, partition, from, start, end, found })))
      steps.push({ topic, partition, from, to, start, end })
    }
  return { group, state: lag.state, members: lag.members.length, steps }
}

/** Commits the plan, all of it at once. WEIR-3122 while the group has members. */
export async function executeReset({ groups }: Pick<KafkaClient, 'groups'>, plan: ResetPlan): Promise<void> {
  const { group, members, state } = plan
  const refuse = (why: string): WeirError =>
    new WeirError('WEIR-3122', `the group "${group}" ${why}. Stop its consumers first: what they commit would undo it`)
  if (members > 0) throw refuse(`is ${state}, with ${members} ${members === 1 ? 'member' : 'members'}`)
  const offsets = plan.steps.map(({ topic, partition, to }) => ({ topic, partition, offset: to }))
  try {
    await groups.commit(group, offsets)
  } catch (error) {
    // Somebody joined meanwhile.
    const isJoined = memberErrors.some((code) => isRefusal(error, code))
    throw isJoined ? refuse('has got members meanwhile') : error
  }
}

const memberErrors = [
  kafkaErrors.UNKNOWN_MEMBER_ID,
  kafkaErrors.REBALANCE_IN_PROGRESS,
  kafkaErrors.ILLEGAL_GENERATION,
  kafkaErrors.STALE_MEMBER_EPOCH,
]

function scopeOf(places: readonly { readonly topic: string; readonly partition: number }[]): ResetScope[] {
  return [...Map.groupBy(places, ({ topic }) => topic)].map(([topic, some]) => ({
    topic,
    partitions: some.map(({ partition }) => partition),
  }))
}

interface PartitionBounds {
  readonly partition: number
  readonly start: number
  readonly end: number
  /** The first record from the target's time on. */
  readonly found: number | undefined
}

async function boundsOf(
  { topics, offsets }: KafkaClient,
  topic: string,
  partitions: readonly number[] | undefined,
  target: ResetTarget,
): Promise<PartitionBounds[]> {
  const [described] = await topics.describe([topic])
  if (!described)
    throw new WeirError('WEIR-2011', `there is no stream "${topic}". weir stream list has those there are`)
  const there = described.partitions.map(({ partition }) => partition)
  const absent = partitions?.find((partition) => !there.includes(partition))
  if (absent !== undefined)
    throw new WeirError('WEIR-2011', `the stream "${topic}" has no partition ${absent}: 0 to ${there.length - 1}`)
  const wanted = partitions ?? there
  const [starts, ends, found] = await Promise.all([
    offsets.list(topic, 'start', wanted),
    offsets.list(topic, 'end', wanted),
    target.to === 'time' ? offsets.list(topic, { timestampMs: target.timestampMs }, wanted) : undefined,
  ])
  return wanted
    .toSorted((one, other) => one - other)
    .map((partition) => ({
      partition,
      start: starts.get(partition)!,
      end: ends.get(partition)!,
      found: found?.get(partition),
    }))
}

function wantedOffset(
  target: ResetTarget,
  place: PartitionBounds & { readonly topic: string; readonly from: number | null },
): number {
  const { topic, partition, from, start, end, found } = place
  switch (target.to) {
    case 'earliest':
      return start
    case 'latest':
      return end
    case 'offset':
      return target.offset
    case 'time':
      return found!
    case 'given':
      return target.offsets.find((given) => given.topic === topic && given.partition === partition)!.offset
    case 'current':
    case 'shift':
      if (from === null)
        throw new WeirError('WEIR-2009', `partition ${partition} of ${topic} has no committed offset to start from`)
      return from + (target.to === 'shift' ? target.by : 0)
  }
}
