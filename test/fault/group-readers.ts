import assert from 'node:assert/strict'
import { consumerGroupHeartbeatApi } from '../../src/stream/protocol/apis/consumer-group-heartbeat.ts'
import { createTopicsApi } from '../../src/stream/protocol/apis/create-topics.ts'
import { heartbeatApi } from '../../src/stream/protocol/apis/heartbeat.ts'
import { joinGroupApi } from '../../src/stream/protocol/apis/join-group.ts'
import { offsetCommitApi } from '../../src/stream/protocol/apis/offset-commit.ts'
import { offsetFetchApi } from '../../src/stream/protocol/apis/offset-fetch.ts'
import { syncGroupApi } from '../../src/stream/protocol/apis/sync-group.ts'
import { encodeSubscription } from '../../src/stream/protocol/consumer-protocol.ts'
import { nameOfKafkaError } from '../../src/stream/protocol/errors.ts'
import { askKafka } from '../support/ask-kafka.ts'

/** The only member of a group, which knows when it asked for what, and when it was told. */
export interface GroupReader {
  /** Begins a generation or an epoch, and commits. */
  work(): Promise<void>
  /** Whether a log that was cut off at that moment knows what it told before, and lets the member go on. */
  check(port: number, cut: number): Promise<void>
}

interface Told<T> {
  readonly value: T
  readonly askedAt: number
  readonly toldAt: number
}

type Now = () => number

async function timed<T>(now: Now, told: Told<T>[], value: T, ask: () => Promise<unknown>): Promise<void> {
  const askedAt = now()
  await ask()
  told.push({ value, askedAt, toldAt: now() })
}

const lastTold = <T>(all: readonly Told<T>[], cut: number): T | undefined =>
  all.findLast(({ toldAt }) => toldAt <= cut)?.value

const lastAsked = <T>(all: readonly Told<T>[], cut: number): T | undefined =>
  all.findLast(({ askedAt }) => askedAt <= cut)?.value

const partitions = 8

async function createTopics(port: number, ...names: string[]): Promise<void> {
  const topics = names.map((name) => ({ name, numPartitions: partitions, replicationFactor: 1 }))
  await askKafka(port, createTopicsApi, 7, { topics, timeoutMs: 10_000 })
}

/** In each partition, with as much metadata as there may be: a log of these grows, and is compacted. */
async function commit(port: number, group: string, memberId: string, epoch: number, offset: number): Promise<void> {
  const committed = { committedOffset: offset, committedMetadata: 'm'.repeat(4000) }
  const topics = [{ name: group, partitions: indexes.map((partitionIndex) => ({ partitionIndex, ...committed })) }]
  const request = { groupId: group, memberId, generationIdOrMemberEpoch: epoch, topics }
  const answer = await askKafka(port, offsetCommitApi, 9, request)
  for (const { errorCode } of answer.topics[0]!.partitions) assert.equal(nameOfKafkaError(errorCode), 'NONE')
}

const indexes = Array.from({ length: partitions }, (_, index) => index)

/** All partitions of a commit are there together (INV-G1). */
async function checkCommits(port: number, group: string, commits: readonly Told<number>[], cut: number): Promise<void> {
  const topics = [{ name: group, partitionIndexes: indexes }]
  const answer = await askKafka(port, offsetFetchApi, 8, { groups: [{ groupId: group, topics }] })
  const found = new Set(answer.groups[0]!.topics[0]!.partitions.map(({ committedOffset }) => committedOffset))
  assert.equal(found.size, 1, `${group}: a commit is there in parts`)
  const [offset = -1] = found
  assert.ok(offset >= (lastTold(commits, cut) ?? -1), `${group}: ${offset} after ${lastTold(commits, cut)} was told`)
  assert.ok(offset <= (lastAsked(commits, cut) ?? -1), `${group}: ${offset} was not asked for`)
}

export async function openClassicReader(atFirst: number, group: string, now: Now): Promise<GroupReader> {
  await createTopics(atFirst, group)
  const protocols = [{ name: 'range', metadata: encodeSubscription({ topics: [group] }, 0) }]
  const join = (port: number, memberId: string) => {
    const request = { groupId: group, memberId, sessionTimeoutMs: 60_000, rebalanceTimeoutMs: 10_000 }
    return askKafka(port, joinGroupApi, 3, { ...request, protocolType: 'consumer', protocols })
  }
  const sync = (port: number, generationId: number) => {
    const assignments = [{ memberId: id, assignment: Buffer.from(String(generationId)) }]
    return askKafka(port, syncGroupApi, 2, { groupId: group, memberId: id, generationId, assignments })
  }
  const joins: Told<number>[] = []
  const syncs: Told<number>[] = []
  const commits: Told<number>[] = []
  let generation = 0
  let offset = 0
  let id = ''
  return {
    async work() {
      await timed(now, joins, generation + 1, async () => {
        const joined = await join(atFirst, id)
        assert.equal(joined.generationId, ++generation)
        id = joined.memberId
      })
      await timed(now, syncs, generation, () => sync(atFirst, generation))
      await timed(now, commits, ++offset, () => commit(atFirst, group, id, generation, offset))
    },
    async check(port, cut) {
      await checkCommits(port, group, commits, cut)
      const told = lastTold(joins, cut)
      if (told === undefined) return
      const request = { groupId: group, memberId: id, generationId: told }
      const error = nameOfKafkaError((await askKafka(port, heartbeatApi, 2, request)).errorCode)
      const hasAskedForMore = lastAsked(joins, cut) !== told
      const isStable = lastTold(syncs, cut) === told
      if (error === 'NONE' && isStable)
        assert.equal((await sync(port, told)).assignment.toString(), String(told), `${group}: its assignment`)
      else if (error === 'ILLEGAL_GENERATION') assert.ok(hasAskedForMore, `${group}: generation ${told} is forgotten`)
      else assert.ok(error === 'NONE' || error === 'REBALANCE_IN_PROGRESS', `${group}: ${error}`)
      const { generationId } = await join(port, id)
      // Before it is stable, to join again is to ask for the same answer.
      assert.ok(
        isStable ? generationId > told : generationId >= told,
        `${group}: generation ${generationId} after ${told}`,
      )
    },
  }
}

interface Epoch {
  readonly memberEpoch: number
  readonly owned: readonly { readonly topicId: string; readonly partitions: readonly number[] }[]
  readonly topics: readonly string[]
}

export async function openConsumerReader(atFirst: number, group: string, now: Now): Promise<GroupReader> {
  const other = `${group}-more`
  await createTopics(atFirst, group, other)
  /** All of itself, as after a lost answer. */
  const beat = async (port: number, from: Epoch, subscribedTopicNames: readonly string[]): Promise<Epoch> => {
    const itself = { memberId: 'm', memberEpoch: from.memberEpoch, rebalanceTimeoutMs: 60_000, subscribedTopicNames }
    const request = { groupId: group, ...itself, topicPartitions: from.owned }
    const { errorCode, memberEpoch, assignment } = await askKafka(port, consumerGroupHeartbeatApi, 1, request)
    assert.equal(nameOfKafkaError(errorCode), 'NONE', `${group}: with epoch ${from.memberEpoch}`)
    assert.ok(memberEpoch >= from.memberEpoch, `${group}: epoch ${memberEpoch} after ${from.memberEpoch}`)
    return { memberEpoch, owned: assignment?.topicPartitions ?? from.owned, topics: subscribedTopicNames }
  }
  const told: Told<Epoch>[] = []
  const commits: Told<number>[] = []
  let epoch: Epoch = { memberEpoch: 0, owned: [], topics: [] }
  let offset = 0
  return {
    async work() {
      const topics = epoch.topics.length === 1 ? [group, other] : [group]
      // What it is to give up it gave up when it says so.
      for (let beats = 0; beats < 2; beats++) {
        const askedAt = now()
        epoch = await beat(atFirst, epoch, topics)
        told.push({ value: epoch, askedAt, toldAt: now() })
      }
      await timed(now, commits, ++offset, () => commit(atFirst, group, 'm', epoch.memberEpoch, offset))
    },
    async check(port, cut) {
      await checkCommits(port, group, commits, cut)
      const known = lastTold(told, cut)
      if (known === undefined) return
      // One heartbeat says what it reads, one that it gave up what a lost answer told it to, one takes that again.
      let next = known
      for (let beats = 0; beats < 3; beats++) next = await beat(port, next, known.topics)
      const count = next.owned.reduce((sum, { partitions: owned }) => sum + owned.length, 0)
      assert.equal(count, partitions * known.topics.length, `${group}: it has all`)
    },
  }
}
