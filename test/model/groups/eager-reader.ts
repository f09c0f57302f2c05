import type { JoinAnswer, SyncAnswer } from '../../../src/stream/broker/groups/classic/member.ts'
import type { GroupTopics } from '../../../src/stream/broker/groups/group-topics.ts'
import type { Groups } from '../../../src/stream/broker/groups/groups.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/stream/protocol/consumer-protocol.ts'

/** A consumer of the classic protocol, which gives up all before it joins again: what it asks and what it makes of the answers. */
export interface EagerReader {
  memberId: string
  generation: number
  phase: 'join' | 'sync' | 'run'
  members: JoinAnswer['members']
  /** The topics that it saw when it joined: as the leader it joins again when there are others. */
  revision: number
  /** `TOPIC ID/PARTITION` */
  owned: Set<string>
}

export function newEagerReader(): EagerReader {
  return { memberId: '', generation: -1, phase: 'join', members: [], revision: -1, owned: new Set() }
}

export interface ReaderIdentity {
  readonly instance: string | null
  readonly names: readonly string[]
}

/** Asks what is next. What it is told comes by the function that the promise resolves with; an error of the protocol by its name. */
export function askNext(
  reader: EagerReader,
  { instance, names }: ReaderIdentity,
  groups: Groups,
  groupId: string,
  topics: GroupTopics,
): Promise<() => string | undefined> {
  const { memberId, generation: generationId } = reader
  const name = { memberId, groupInstanceId: instance, generationId }
  if (reader.phase === 'run' && reader.members.length > 0 && reader.revision !== topics.revision) reader.phase = 'join'
  if (reader.phase === 'run') return groups.heartbeat(groupId, name).then((error) => () => error)
  if (reader.phase === 'sync') {
    const protocol = { protocolType: 'consumer', protocolName: 'range' }
    const request = { ...name, ...protocol, assignments: shares(reader.members, topics) }
    return groups.sync(groupId, request).then((answer) => () => synced(reader, answer, topics))
  }
  reader.owned = new Set()
  reader.revision = topics.revision
  const request = {
    memberId,
    groupInstanceId: instance,
    clientId: 'c',
    clientHost: '',
    sessionTimeoutMs: 6000,
    rebalanceTimeoutMs: 5000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: encodeSubscription({ topics: names }, 1) }],
    mustKnowId: true,
    maySkipAssignment: true,
  }
  return groups.join(groupId, request).then((answer) => () => joined(reader, answer))
}

function joined(reader: EagerReader, answer: JoinAnswer): string | undefined {
  if (answer.error === 'MEMBER_ID_REQUIRED') {
    reader.memberId = answer.memberId
    return undefined
  }
  if (answer.error !== 'NONE') return answer.error
  reader.memberId = answer.memberId
  reader.generation = answer.generationId
  reader.members = answer.skipAssignment ? [] : answer.members
  reader.phase = 'sync'
  return undefined
}

function synced(reader: EagerReader, { error, assignment }: SyncAnswer, topics: GroupTopics): string | undefined {
  if (error !== 'NONE') return error
  const { assignedPartitions } = decodeAssignment(assignment)
  reader.owned = new Set(
    assignedPartitions.flatMap(({ topic, partitions }) => {
      const id = topics.find(topic)?.id
      return id ? partitions.map((partition) => `${id}/${partition}`) : []
    }),
  )
  reader.phase = 'run'
  return undefined
}

/** As the leader: each partition to one that wants its topic, in turn. */
function shares(members: JoinAnswer['members'], topics: GroupTopics) {
  const wishes = members.map(({ memberId, metadata }) => ({ memberId, topics: decodeSubscription(metadata).topics }))
  const assigned = new Map(members.map(({ memberId }) => [memberId, new Map<string, number[]>()]))
  for (const { name, partitionCount } of topics.all()) {
    const takers = wishes.filter((wish) => wish.topics.includes(name))
    for (let partition = 0; partition < partitionCount && takers.length > 0; partition++) {
      const mine = assigned.get(takers[partition % takers.length]!.memberId)!
      mine.set(name, [...(mine.get(name) ?? []), partition])
    }
  }
  return [...assigned].map(([memberId, mine]) => ({
    memberId,
    assignment: encodeAssignment(
      { assignedPartitions: [...mine].map(([topic, partitions]) => ({ topic, partitions })), userData: null },
      1,
    ),
  }))
}
