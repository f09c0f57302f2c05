import { consumerGroupDescribeApi } from '../../../src/stream/protocol/apis/consumer-group-describe.ts'
import { deleteGroupsApi } from '../../../src/stream/protocol/apis/delete-groups.ts'
import { describeGroupsApi } from '../../../src/stream/protocol/apis/describe-groups.ts'
import { listGroupsApi } from '../../../src/stream/protocol/apis/list-groups.ts'
import { offsetCommitApi } from '../../../src/stream/protocol/apis/offset-commit.ts'
import { offsetDeleteApi } from '../../../src/stream/protocol/apis/offset-delete.ts'
import { offsetFetchApi } from '../../../src/stream/protocol/apis/offset-fetch.ts'
import type { Answers } from './answers.ts'

const unknownId = '00000000-0000-0000-0000-000000000009'

/** Groups that have offsets and no members, and what administrators ask about them. */
export async function askAsSimpleConsumer(answers: Answers): Promise<void> {
  const topicId = await answers.topic('readings', 3)
  await commitAlone(answers, topicId)
  await fetchAlone(answers, topicId)
  await askAboutEmptyGroups(answers)
  await deleteOffsetsAndGroups(answers)
}

async function commitAlone(answers: Answers, topicId: string): Promise<void> {
  const commit = (step: string, partition: object = {}, more: object = {}, version = 9, topic: object = {}) => {
    const partitions = [
      { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 0, committedMetadata: 'm', ...partition },
    ]
    const topics = [{ name: 'readings', topicId, partitions, ...topic }]
    return answers.ask(`commit ${step}`, offsetCommitApi, version, { groupId: 'alone', memberId: '', topics, ...more })
  }
  await commit('of nobody')
  await commit('of a generation, 8', {}, { groupId: 'none', generationIdOrMemberEpoch: 1, memberId: 'm' }, 8)
  await commit('of a generation, 9', {}, { groupId: 'none', generationIdOrMemberEpoch: 1, memberId: 'm' })
  await commit('of a member without a generation', {}, { groupId: 'other', memberId: 'm' })
  await commit('of the group without a name', {}, { groupId: '' })
  await commit('in a topic that is not there', {}, {}, 9, { name: 'nope' })
  await commit('in a partition that is not there', { partitionIndex: 99 })
  await commit('with long metadata', { committedMetadata: 'x'.repeat(4097) })
  await commit('with metadata of as many characters as there may be', {
    partitionIndex: 1,
    committedMetadata: 'é'.repeat(4096),
  })
  await commit('without metadata', { partitionIndex: 2, committedMetadata: null })
  await commit('of less than nothing', { partitionIndex: 2, committedOffset: -3 })
  await commit('by id', {}, {}, 10)
  await commit('by an id that is not there', {}, {}, 10, { topicId: unknownId })
}

async function fetchAlone(answers: Answers, topicId: string): Promise<void> {
  const fetch = (step: string, groupId: string, topics: object[] | null, version = 9, more: object = {}) => {
    const groups = [{ groupId, memberId: null, memberEpoch: -1, topics: topics as never, ...more }]
    return answers.ask(`fetch ${step}`, offsetFetchApi, version, { groups, requireStable: false })
  }
  await fetch('all', 'alone', null)
  await fetch('all of the group without a name', '', null)
  await fetch('all of no group', 'nobody', null)
  await fetch('of no group', 'nobody', [{ name: 'readings', partitionIndexes: [0] }])
  await fetch(
    'by id',
    'alone',
    [
      { topicId, partitionIndexes: [0] },
      { topicId: unknownId, partitionIndexes: [0] },
    ],
    10,
  )
  await fetch('all by id', 'alone', null, 10)
  await fetch('as a member', 'alone', [{ name: 'readings', partitionIndexes: [0] }], 9, {
    memberId: 'm',
    memberEpoch: 1,
  })
  await answers.ask('fetch, 7', offsetFetchApi, 7, {
    groupId: 'alone',
    topics: [
      { name: 'readings', partitionIndexes: [0, 7] },
      { name: 'nope', partitionIndexes: [0] },
    ],
    requireStable: false,
  })
}

async function askAboutEmptyGroups(answers: Answers): Promise<void> {
  const describe = (step: string, version: number, groups: string[]) =>
    answers.ask(`describe ${step}`, describeGroupsApi, version, { groups, includeAuthorizedOperations: true })
  await describe('an empty group', 5, ['alone'])
  await describe('no group, 5', 5, ['nobody'])
  await describe('no group, 6', 6, ['nobody', ''])
  await answers.ask('describe as consumer groups', consumerGroupDescribeApi, 1, {
    groupIds: ['alone', 'nobody', ''],
    includeAuthorizedOperations: true,
  })
  const list = (step: string, version: number, filters: object) =>
    answers.ask(`list ${step}`, listGroupsApi, version, filters)
  await list('all', 5, {})
  await list('all, 2', 2, {})
  await list('by a state in small letters', 5, { statesFilter: ['empty'] })
  await list('by a state that is none', 5, { statesFilter: ['Foo'] })
  await list('by type', 5, { typesFilter: ['Classic'] })
  await list('by a type that is none', 5, { typesFilter: ['bogus'] })
}

async function deleteOffsetsAndGroups(answers: Answers): Promise<void> {
  const deleteOffsets = (step: string, groupId: string, topics: Readonly<Record<string, number[]>>) =>
    answers.ask(`delete offsets ${step}`, offsetDeleteApi, 0, {
      groupId,
      topics: Object.entries(topics).map(([name, partitions]) => ({
        name,
        partitions: partitions.map((partitionIndex) => ({ partitionIndex })),
      })),
    })
  await deleteOffsets('of no group', 'nobody', { readings: [0] })
  await deleteOffsets('of the group without a name', '', { readings: [0] })
  await deleteOffsets('of some', 'alone', { readings: [0, 9], nope: [0] })
  const groups = [{ groupId: 'alone', topics: null }]
  await answers.ask('fetch what is left', offsetFetchApi, 9, { groups, requireStable: false })
  await answers.ask('delete groups', deleteGroupsApi, 2, { groupsNames: ['alone', 'nobody', ''] })
  await answers.ask('describe a deleted one', describeGroupsApi, 5, { groups: ['alone'] })
}
