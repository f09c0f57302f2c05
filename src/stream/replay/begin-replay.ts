import { createHash } from 'node:crypto'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KafkaClient, TopicDescription } from '../client/kafka-client.ts'
import { isRefusal } from '../client/retry.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import { offsetsAt, readBounds, type Place } from '../reader/place.ts'
import { replayGroup, type Replay } from './replay.ts'
import { loadState, type ReplayState, type TargetState } from './replay-state.ts'

export interface ReplayRequest extends Pick<Replay, 'from' | 'to' | 'filter' | 'compression'> {
  /** Default: made of the streams and of `said`, so that the same request finds its progress again. */
  readonly name?: string | undefined
  /** Whatever else tells one request from another, as it was written: "10 minutes ago" is another place each time. */
  readonly said: string
  readonly partitions?: readonly number[] | undefined
  readonly begin: Place
  readonly end: Place
  /** Default: `same` when both have as many partitions, else `key`. */
  readonly partitioning?: Replay['partitioning'] | undefined
  /** Forgets what an earlier run did. */
  readonly again: boolean
}

export interface BegunReplay {
  readonly replay: Replay
  readonly state: ReplayState
  /** Whether an earlier run had begun it; its range is then the one that it had. */
  readonly resumed: boolean
}

/** Finds out what is to be copied; nothing is written yet. WEIR-2009 and WEIR-2011 for what does not fit the streams. */
export async function beginReplay(client: KafkaClient, request: ReplayRequest): Promise<BegunReplay> {
  const { from, to, again } = request
  if (from === to) throw new WeirError('WEIR-2009', `a replay goes into another stream, not back into ${from}`)
  const [source, target] = await Promise.all([existing(client, from), existing(client, to)])
  const partitioning = partitioningOf(request, source, target)
  const name = request.name ?? nameOf(request)
  if (again) await forget(client, name)
  const known = await loadState(client.groups, { name, from, to })
  const state = known ? await withTargets(client, to, known) : await newState(client, request)
  const { filter, compression } = request
  return {
    replay: { name, from, to, range: state.range, filter, partitioning, compression },
    state,
    resumed: known !== undefined,
  }
}

async function existing({ topics }: KafkaClient, stream: string): Promise<TopicDescription> {
  const [topic] = await topics.describe([stream])
  if (topic) return topic
  throw new WeirError('WEIR-2011', `there is no stream "${stream}". weir stream list has those there are`)
}

function partitioningOf(
  { partitioning, from, to }: ReplayRequest,
  source: TopicDescription,
  target: TopicDescription,
): Replay['partitioning'] {
  const [sources, targets] = [source.partitions.length, target.partitions.length]
  if (partitioning === 'same' && targets < sources)
    throw new WeirError(
      'WEIR-2009',
      `${to} has ${targets} partitions and ${from} has ${sources}: records cannot keep theirs. Partition them by key, or add partitions`,
    )
  return partitioning ?? (sources === targets ? 'same' : 'key')
}

function nameOf({ from, to, said }: ReplayRequest): string {
  const digest = createHash('sha256').update(said).digest('hex').slice(0, 8)
  return `${from}.${to}.${digest}`
}

async function forget({ groups }: KafkaClient, name: string): Promise<void> {
  try {
    await groups.delete(replayGroup(name))
  } catch (error) {
    if (!isRefusal(error, kafkaErrors.GROUP_ID_NOT_FOUND)) throw error
  }
}

async function newState(client: KafkaClient, request: ReplayRequest): Promise<ReplayState> {
  const { from, to, partitions, begin, end } = request
  const bounds = await readBounds(client, from, partitions)
  const [starts, untils] = await Promise.all([
    offsetsAt(client, from, begin, bounds),
    offsetsAt(client, from, end, bounds),
  ])
  const range = new Map(
    [...starts].map(([partition, start]) => [partition, { start, until: Math.max(start, untils.get(partition)!) }]),
  )
  return { range, next: starts, targets: await endsOf(client, to), producer: undefined }
}

/** A replay that was done has forgotten them; one that goes on has them, but for partitions that the target got since. */
async function withTargets(client: KafkaClient, to: string, state: ReplayState): Promise<ReplayState> {
  return { ...state, targets: new Map([...(await endsOf(client, to)), ...state.targets]) }
}

async function endsOf({ offsets }: KafkaClient, topic: string): Promise<Map<number, TargetState>> {
  const ends = await offsets.list(topic, 'end')
  return new Map([...ends].map(([partition, sentAfter]) => [partition, { sentAfter, sequence: 0 }]))
}
