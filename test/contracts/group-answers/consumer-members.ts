import { consumerGroupDescribeApi } from '../../../src/stream/protocol/apis/consumer-group-describe.ts'
import { consumerGroupHeartbeatApi } from '../../../src/stream/protocol/apis/consumer-group-heartbeat.ts'
import { deleteGroupsApi } from '../../../src/stream/protocol/apis/delete-groups.ts'
import { describeGroupsApi } from '../../../src/stream/protocol/apis/describe-groups.ts'
import { heartbeatApi } from '../../../src/stream/protocol/apis/heartbeat.ts'
import { listGroupsApi } from '../../../src/stream/protocol/apis/list-groups.ts'
import { offsetCommitApi } from '../../../src/stream/protocol/apis/offset-commit.ts'
import { offsetDeleteApi } from '../../../src/stream/protocol/apis/offset-delete.ts'
import { offsetFetchApi } from '../../../src/stream/protocol/apis/offset-fetch.ts'
import { syncGroupApi } from '../../../src/stream/protocol/apis/sync-group.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Answers } from './answers.ts'

type Owned = readonly { readonly topicId: string; readonly partitions: readonly number[] }[]

const joining = { rebalanceTimeoutMs: 60_000, subscribedTopicNames: ['events'], topicPartitions: [] as Owned }
const beating = (groupId: string, memberId: string, memberEpoch: number, more: object = {}) => ({
  groupId,
  memberId,
  memberEpoch,
  ...more,
})

/** What a heartbeat may get wrong before it makes a member. */
export async function askToJoin(answers: Answers): Promise<void> {
  const topicId = await answers.topic('events', 4)
  const join = (step: string, more: object, memberId = 'm', groupId = 'wrong', version = 1) =>
    answers.ask(step, consumerGroupHeartbeatApi, version, beating(groupId, memberId, 0, { ...joining, ...more }))
  await join('no group', {}, 'm', '')
  await join('no member', {}, '')
  await join('a blank instance', { instanceId: ' ' })
  await join('a blank rack', { rackId: '' })
  await join('no timeout', { rebalanceTimeoutMs: -1 })
  await join('unsaid partitions', { topicPartitions: null })
  await join('partitions', { topicPartitions: [{ topicId, partitions: [0] }] })
  await join('unsaid topics', { subscribedTopicNames: null })
  await join('an assignor that is none', { serverAssignor: 'foo' })
  for (const subscribedTopicRegex of ['(', '(?=a)', 'a**', '[b-a]', '\\8', 'a{1001}'])
    await join(`the expression ${subscribedTopicRegex}`, { subscribedTopicNames: null, subscribedTopicRegex })
  const beat = (step: string, epoch: number) =>
    answers.ask(step, consumerGroupHeartbeatApi, 1, beating('none', 'm', epoch))
  for (const epoch of [-3, -2, -1, 1]) await beat(`epoch ${epoch} in no group`, epoch)
  await join('no topics', { subscribedTopicNames: [] }, 'm', 'idle')
}

/** Answers to one member, which remembers its epoch and what it was told to own. */
function openMember(answers: Answers, groupId: string, memberId: string) {
  let epoch = 0
  let owned: Owned = []
  const heed = (answer: { errorCode: number; memberEpoch: number; assignment: { topicPartitions: Owned } | null }) => {
    if (answer.errorCode !== 0) return
    epoch = answer.memberEpoch
    if (answer.assignment) owned = answer.assignment.topicPartitions
  }
  const heartbeat = (more: object) => beating(groupId, memberId, epoch, more)
  return {
    get epoch() {
      return epoch
    },
    get owned() {
      return owned
    },
    async join() {
      heed(await answers.look(consumerGroupHeartbeatApi, 1, beating(groupId, memberId, 0, joining)))
    },
    async look(more: object = {}) {
      heed(await answers.look(consumerGroupHeartbeatApi, 1, heartbeat(more)))
    },
    async ask(step: string, more: object = {}) {
      heed(await answers.ask(step, consumerGroupHeartbeatApi, 1, heartbeat(more)))
    },
  }
}

/** Two members that share a topic: who gives up, who waits, and what each may do meanwhile. */
export async function askAsTwoConsumers(answers: Answers): Promise<void> {
  const first = openMember(answers, 'readers', 'first')
  const second = openMember(answers, 'readers', 'second')
  await first.join()
  answers.epochsFrom(first.epoch)
  const all = first.owned
  answers.keep('what the first has', all)
  await second.join()
  await targetIsThere(answers, 'readers', () => second.look())
  await describe(answers, 'while the second waits')
  await second.ask('the second waits')
  await first.ask('the first is told', { topicPartitions: all })
  await first.ask('the first says nothing')
  await describe(answers, 'while the first gives up')
  await first.ask('the first gave up', { topicPartitions: first.owned })
  await second.ask('the second gets the rest')
  await first.ask('the first says all', { ...joining, topicPartitions: first.owned })
  await describe(answers, 'when both have their part')
  await askOutOfEpoch(answers, first.epoch, all)
  await first.ask('back with the epoch before', {})
  await commitAndFetch(answers, first.epoch)
  await administrate(answers)
  await leave(answers)
}

/** A Kafka computes targets some time after their cause. */
async function targetIsThere(answers: Answers, groupId: string, beat: () => Promise<void>): Promise<void> {
  await waitUntil('the target is computed', async () => {
    await beat()
    const [group] = (await answers.look(consumerGroupDescribeApi, 1, { groupIds: [groupId] })).groups
    return group!.groupEpoch === group!.assignmentEpoch && group!.members.some(({ memberEpoch }) => memberEpoch > 0)
  })
}

function describe(answers: Answers, step: string, groupId = 'readers') {
  return answers.ask(`describe ${step}`, consumerGroupDescribeApi, 1, {
    groupIds: [groupId],
    includeAuthorizedOperations: true,
  })
}

async function askOutOfEpoch(answers: Answers, epoch: number, all: Owned): Promise<void> {
  const beat = (step: string, memberId: string, memberEpoch: number, more: object = {}) =>
    answers.ask(step, consumerGroupHeartbeatApi, 1, beating('readers', memberId, memberEpoch, more))
  await beat('an epoch to come', 'first', epoch + 3)
  await beat('the epoch before, with partitions of others', 'first', epoch - 1, { topicPartitions: all })
  await beat('the epoch before, without partitions', 'first', epoch - 1, { topicPartitions: [] })
  await beat('somebody unknown', 'zz', epoch)
  await beat('joining again', 'first', 0, joining)
}

async function commitAndFetch(answers: Answers, epoch: number): Promise<void> {
  const commit = (step: string, memberId: string, generationIdOrMemberEpoch: number, version = 9) => {
    const partitions = [0, 3].map((partitionIndex) => ({ partitionIndex, committedOffset: 5, committedMetadata: '' }))
    const request = {
      groupId: 'readers',
      memberId,
      generationIdOrMemberEpoch,
      topics: [{ name: 'events', partitions }],
    }
    return answers.ask(`commit ${step}`, offsetCommitApi, version, request)
  }
  await commit('of a member', 'first', epoch)
  await commit('of a member, 8', 'first', epoch, 8)
  await commit('in an epoch to come', 'first', epoch + 1)
  await commit('of nobody', '', -1)
  await commit('of somebody unknown', 'zz', epoch)
  const fetch = (step: string, memberId: string | null, memberEpoch: number) => {
    const topics = [{ name: 'events', partitionIndexes: [0] }]
    const groups = [{ groupId: 'readers', memberId, memberEpoch, topics }]
    return answers.ask(`fetch ${step}`, offsetFetchApi, 9, { groups, requireStable: false })
  }
  await fetch('of a member', 'first', epoch)
  await fetch('in the epoch before', 'first', epoch - 1)
  await fetch('in an epoch to come', 'first', epoch + 7)
  await fetch('of somebody unknown', 'zz', epoch)
  await fetch('of nobody', null, -1)
}

async function administrate(answers: Answers): Promise<void> {
  const topics = ['events', 'orders'].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] }))
  await answers.ask('delete offsets', offsetDeleteApi, 0, { groupId: 'readers', topics })
  await answers.ask('delete the group', deleteGroupsApi, 2, { groupsNames: ['readers'] })
  for (const version of [5, 6])
    await answers.ask(`describe as a classic group, ${version}`, describeGroupsApi, version, { groups: ['readers'] })
  await answers.ask('list by type', listGroupsApi, 5, { typesFilter: ['consumer'], statesFilter: ['stable'] })
  const member = { groupId: 'readers', generationId: 2, memberId: 'first', groupInstanceId: null }
  await answers.ask('heartbeat of the classic protocol', heartbeatApi, 4, member)
  const named = { protocolType: 'consumer', protocolName: 'range', assignments: [] }
  await answers.ask('sync of the classic protocol', syncGroupApi, 5, { ...member, ...named })
}

async function leave(answers: Answers): Promise<void> {
  const go = (step: string, memberId: string) =>
    answers.ask(step, consumerGroupHeartbeatApi, 1, beating('readers', memberId, -1))
  await go('the first leaves', 'first')
  await go('it leaves again', 'first')
  await go('the second leaves', 'second')
  const left = await answers.look(consumerGroupDescribeApi, 0, { groupIds: ['readers'] })
  answers.keep(
    'describe when all have left',
    left.groups.map(({ groupState, members }) => [groupState, members]),
  )
}

/** Members that keep their place while they are away. */
export async function askAsStaticConsumer(answers: Answers): Promise<void> {
  const beat = (step: string, memberId: string, epoch: number, more: object = {}) =>
    answers.ask(
      step,
      consumerGroupHeartbeatApi,
      1,
      beating('fixed', memberId, epoch, { instanceId: 'i', ...(epoch === 0 ? joining : {}), ...more }),
    )
  await beat('join', 'first', 0)
  await beat('join of another', 'second', 0)
  await beat('away', 'first', -2)
  await beat('away, said by another', 'second', -2)
  await describe(answers, 'while it is away', 'fixed')
  await beat('back', 'second', 0)
  await beat('the former', 'first', 1)
  await beat('an instance that is none', 'second', 1, { instanceId: 'j' })
  await beat('leave', 'second', -1)
}
