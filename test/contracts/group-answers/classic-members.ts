import { consumerGroupDescribeApi } from '../../../src/stream/protocol/apis/consumer-group-describe.ts'
import { deleteGroupsApi } from '../../../src/stream/protocol/apis/delete-groups.ts'
import { describeGroupsApi } from '../../../src/stream/protocol/apis/describe-groups.ts'
import { heartbeatApi } from '../../../src/stream/protocol/apis/heartbeat.ts'
import { joinGroupApi } from '../../../src/stream/protocol/apis/join-group.ts'
import { leaveGroupApi } from '../../../src/stream/protocol/apis/leave-group.ts'
import { listGroupsApi } from '../../../src/stream/protocol/apis/list-groups.ts'
import { offsetCommitApi } from '../../../src/stream/protocol/apis/offset-commit.ts'
import { offsetDeleteApi } from '../../../src/stream/protocol/apis/offset-delete.ts'
import { offsetFetchApi } from '../../../src/stream/protocol/apis/offset-fetch.ts'
import { syncGroupApi } from '../../../src/stream/protocol/apis/sync-group.ts'
import { encodeSubscription } from '../../../src/stream/protocol/consumer-protocol.ts'
import type { Answers } from './answers.ts'

const protocols = [{ name: 'range', metadata: encodeSubscription({ topics: ['orders'] }, 1) }]

const joining = (more: object = {}) => ({
  groupId: 'team',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 5000,
  memberId: '',
  groupInstanceId: null,
  protocolType: 'consumer',
  protocols,
  reason: 'because',
  ...more,
})

/** A group of one member that joins, syncs, commits and leaves, and everything that it may get wrong. */
export async function askAsClassicMember(answers: Answers): Promise<void> {
  for (const name of ['orders', 'returns']) await answers.topic(name, 2)
  await refuseToJoin(answers)
  const memberId = await joinTeam(answers)
  await syncTeam(answers, memberId)
  await beatAndCommit(answers, memberId)
  await administrate(answers)
  await leaveTeam(answers, memberId)
  await askOfEmptyTeam(answers, memberId)
}

async function refuseToJoin(answers: Answers): Promise<void> {
  const join = (step: string, more: object, version = 9) =>
    answers.ask(`join ${step}`, joinGroupApi, version, joining(more))
  await join('the group without a name', { groupId: '' })
  await join('with a short session', { sessionTimeoutMs: 5999 })
  await join('with a long session', { sessionTimeoutMs: 1_800_001 })
  await join('without protocols', { protocols: [] })
  await join('without a type', { protocolType: '' })
  await join('as somebody unknown', { memberId: 'zz' })
  await join('as somebody unknown, 6', { memberId: 'zz' }, 6)
}

async function joinTeam(answers: Answers): Promise<string> {
  const promised = await answers.look(joinGroupApi, 9, joining())
  answers.call(promised.memberId, 'promised')
  answers.keep('join for the first time', promised)
  await answers.ask('describe while a member is promised', describeGroupsApi, 5, { groups: ['team'] })
  const memberId = promised.memberId
  await answers.ask('join with the promised id', joinGroupApi, 9, joining({ memberId }))
  return memberId
}

const team = (memberId: string, more: object = {}) => ({
  groupId: 'team',
  generationId: 1,
  memberId,
  groupInstanceId: null,
  ...more,
})

async function syncTeam(answers: Answers, memberId: string): Promise<void> {
  const sync = (step: string, more: object = {}) => {
    const named = { protocolType: 'consumer', protocolName: 'range', assignments: [], ...more }
    return answers.ask(`sync ${step}`, syncGroupApi, 5, team(memberId, named))
  }
  await answers.ask('describe before it syncs', describeGroupsApi, 5, { groups: ['team'] })
  await commit(answers, 'before it syncs', { memberId, generationIdOrMemberEpoch: 1 })
  await sync('without a type', { protocolType: null, protocolName: null })
  await sync('with another protocol', { protocolName: 'x' })
  await sync('in another generation', { generationId: 2 })
  await sync('the group without a name', { groupId: '' })
  await sync('as leader', { assignments: [{ memberId, assignment: Buffer.from('abc') }] })
  await sync('again')
}

function commit(answers: Answers, step: string, more: object) {
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: 'm' }] }]
  return answers.ask(`commit ${step}`, offsetCommitApi, 9, { groupId: 'team', memberId: '', topics, ...more })
}

async function beatAndCommit(answers: Answers, memberId: string): Promise<void> {
  const beat = (step: string, more: object = {}) =>
    answers.ask(`heartbeat ${step}`, heartbeatApi, 4, team(memberId, more))
  await beat('of a member')
  await beat('in another generation', { generationId: 0 })
  await beat('of somebody unknown', { memberId: 'q' })
  await beat('with an instance', { groupInstanceId: 'i' })
  await beat('to the group without a name', { groupId: '' })
  await beat('to no group', { groupId: 'nobody' })
  await commit(answers, 'of nobody', {})
  await commit(answers, 'of somebody unknown', { memberId: 'q' })
  await commit(answers, 'in another generation', { memberId, generationIdOrMemberEpoch: 0 })
  await commit(answers, 'of a member', { memberId, generationIdOrMemberEpoch: 1 })
  const groups = [{ groupId: 'team', memberId: 'm', memberEpoch: 7, topics: null }]
  await answers.ask('fetch as somebody', offsetFetchApi, 9, { groups, requireStable: false })
}

async function administrate(answers: Answers): Promise<void> {
  const all = { groups: ['team'], includeAuthorizedOperations: true }
  await answers.ask('describe a stable group', describeGroupsApi, 6, all)
  await answers.ask('list stable groups', listGroupsApi, 5, { statesFilter: ['Stable'] })
  await answers.ask('delete it', deleteGroupsApi, 2, { groupsNames: ['team'] })
  const topics = ['orders', 'returns'].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] }))
  await answers.ask('delete its offsets', offsetDeleteApi, 0, { groupId: 'team', topics })
  await answers.ask('describe as a consumer group', consumerGroupDescribeApi, 1, { groupIds: ['team'] })
  await answers.ask('join with another type', joinGroupApi, 9, joining({ protocolType: 'connect' }))
  const others = { protocols: [{ ...protocols[0]!, name: 'zzz' }], groupInstanceId: 'i' }
  await answers.ask('join with other protocols', joinGroupApi, 9, joining(others))
}

async function leaveTeam(answers: Answers, memberId: string): Promise<void> {
  const members = [
    { memberId: 'zz', groupInstanceId: null, reason: 'r' },
    { memberId: '', groupInstanceId: 'nope' },
    { memberId, groupInstanceId: null },
  ]
  await answers.ask('leave', leaveGroupApi, 5, { groupId: 'team', members })
  await answers.ask('leave no group', leaveGroupApi, 5, { groupId: 'nobody', members: [members[0]!] })
  await answers.ask('leave no group, 1', leaveGroupApi, 1, { groupId: 'nobody', memberId: 'zz' })
  await answers.ask('leave the group without a name', leaveGroupApi, 5, { groupId: '', members: [members[0]!] })
}

async function askOfEmptyTeam(answers: Answers, memberId: string): Promise<void> {
  await answers.ask('describe it empty', describeGroupsApi, 6, { groups: ['team'] })
  await answers.ask('list empty groups', listGroupsApi, 5, { statesFilter: ['Empty'], typesFilter: ['classic'] })
  await commit(answers, 'of who has left', { memberId, generationIdOrMemberEpoch: 1 })
  await commit(answers, 'of nobody, to an empty group', {})
  await answers.ask('heartbeat of who has left', heartbeatApi, 4, team(memberId))
  const named = { protocolType: 'consumer', protocolName: 'range', assignments: [] }
  await answers.ask('sync of who has left', syncGroupApi, 5, team(memberId, named))
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0 }] }]
  await answers.ask('delete offsets of an empty group', offsetDeleteApi, 0, { groupId: 'team', topics })
}

/** Workers of Kafka Connect use groups for a type of their own. */
export async function askAsWorker(answers: Answers): Promise<void> {
  const joined = await answers.look(joinGroupApi, 3, joining({ groupId: 'workers', protocolType: 'connect' }))
  answers.call(joined.memberId, 'worker')
  answers.keep('join', joined)
  const worker = { groupId: 'workers', generationId: 1, memberId: joined.memberId }
  await answers.ask('sync without an assignment', syncGroupApi, 2, { ...worker, assignments: [] })
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0 }] }]
  await answers.ask('delete offsets', offsetDeleteApi, 0, { groupId: 'workers', topics })
  await answers.ask('describe', describeGroupsApi, 6, { groups: ['workers'] })
}

/** Members that keep their place while they are away (KIP-345, KIP-814). */
export async function askAsStaticMember(answers: Answers): Promise<void> {
  const join = async (step: string, name: string, version: number) => {
    const joined = await answers.look(joinGroupApi, version, joining({ groupId: 'steady', groupInstanceId: 'i1' }))
    answers.call(joined.memberId, name)
    answers.keep(step, joined)
    return joined.memberId
  }
  const first = await join('join', 'first', 9)
  const steady = { groupId: 'steady', generationId: 1, memberId: first, groupInstanceId: 'i1' }
  const assignments = [{ memberId: first, assignment: Buffer.from('mine') }]
  const named = { protocolType: 'consumer', protocolName: 'range', assignments }
  await answers.ask('sync', syncGroupApi, 5, { ...steady, ...named })
  await join('come back', 'second', 9)
  await answers.ask('heartbeat of the former', heartbeatApi, 4, steady)
  const former = { groupId: 'steady', groupInstanceId: 'i1', memberId: first }
  await answers.ask('join of the former', joinGroupApi, 9, joining(former))
  await join('come back, 8', 'third', 8)
  const members = [{ memberId: '', groupInstanceId: 'i1' }]
  await answers.ask('leave by instance', leaveGroupApi, 5, { groupId: 'steady', members })
}
