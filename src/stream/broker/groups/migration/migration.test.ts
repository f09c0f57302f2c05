import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeTopics, type FakeTopics } from '../../../../../test/support/fake-topics.ts'
import { heard, simulateLog } from '../../../../../test/model/groups/simulated-log.ts'
import { createGroupDesk } from '../../../../../test/support/group-desk.ts'
import { decodeAssignment, encodeAssignment, encodeSubscription } from '../../../protocol/consumer-protocol.ts'
import type { JoinRequest } from '../classic/member.ts'
import type { HeartbeatRequest } from '../consumer/heartbeat.ts'

/** A log whose disk is quick: what is asked is answered. */
function openLog(topics: FakeTopics = fakeTopics({ orders: 4 })) {
  const log = simulateLog(topics, createGroupDesk().limits)
  /** For what waits for nobody but the disk. */
  async function soon<T>(asked: Promise<T>): Promise<T> {
    asked.catch(() => undefined)
    for (let turn = 0; turn < 3; turn++) {
      log.sync(log.waiting)
      await heard()
    }
    return asked
  }
  return {
    log,
    join: (memberId: string, more: Partial<JoinRequest> = {}) =>
      log.groups.join('g', { ...joining, memberId, ...more }),
    sync: (memberId: string, generationId: number, assignments: { memberId: string; assignment: Buffer }[] = []) =>
      soon(log.groups.sync('g', { memberId, groupInstanceId: null, generationId, ...protocol, assignments })),
    heartbeat: (memberId: string, generationId: number) =>
      soon(log.groups.heartbeat('g', { memberId, groupInstanceId: null, generationId })),
    beat: (memberId: string, more: Partial<HeartbeatRequest> = {}) =>
      soon(log.groups.consumerHeartbeat('g', { ...beating, memberId, ...more })),
    soon,
    group: () => log.groups.find('g')!,
  }
}

const protocol = { protocolType: 'consumer', protocolName: 'cooperative' }
const joining: Omit<JoinRequest, 'memberId'> = {
  groupInstanceId: null,
  clientId: 'c',
  clientHost: '',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 5000,
  protocolType: 'consumer',
  protocols: [{ name: 'cooperative', metadata: subscription([]) }],
  mustKnowId: false,
  maySkipAssignment: true,
}
const beating: Omit<HeartbeatRequest, 'memberId'> = {
  memberEpoch: 0,
  instanceId: null,
  rackId: null,
  rebalanceTimeoutMs: 5000,
  clientId: 'c',
  clientHost: '',
  subscribedTopicNames: ['orders'],
  subscribedTopicRegex: null,
  serverAssignor: null,
  topicPartitions: [],
}

function subscription(owned: number[]): Buffer {
  return encodeSubscription({ topics: ['orders'], ownedPartitions: [{ topic: 'orders', partitions: owned }] }, 1)
}

function holding(partitions: number[]): Pick<JoinRequest, 'protocols'> {
  return { protocols: [{ name: 'cooperative', metadata: subscription(partitions) }] }
}

function assignmentOf(partitions: number[]): Buffer {
  return encodeAssignment({ assignedPartitions: [{ topic: 'orders', partitions }], userData: null }, 1)
}

const partitionsIn = (bytes: Buffer): readonly number[] =>
  decodeAssignment(bytes).assignedPartitions[0]?.partitions ?? []

/** A stable classic group of one, who has all. */
async function classicGroupOfOne(opened = openLog()) {
  const { memberId, generationId } = await opened.soon(opened.join(''))
  await opened.sync(memberId, generationId, [{ memberId, assignment: assignmentOf([0, 1, 2, 3]) }])
  return { ...opened, old: memberId, generation: generationId }
}

void test('the first member of the consumer protocol turns the group over; classic members keep what they have until they gave it up', async () => {
  const { old, generation, ...opened } = await classicGroupOfOne()
  const joined = await opened.beat('new')
  assert.deepEqual([opened.group().kind, joined.memberEpoch, joined.assignment], ['consumer', generation + 1, []])
  assert.equal(await opened.heartbeat(old, generation), 'REBALANCE_IN_PROGRESS')
  const told = await opened.soon(opened.join(old, holding([0, 1, 2, 3])))
  assert.deepEqual([told.error, told.generationId, told.leader, told.members], ['NONE', generation, '', []])
  const kept = partitionsIn((await opened.sync(old, generation)).assignment)
  assert.equal(kept.length, 2)
  assert.deepEqual((await opened.beat('new', { memberEpoch: joined.memberEpoch })).assignment, [])
  assert.equal(await opened.heartbeat(old, generation), 'REBALANCE_IN_PROGRESS', 'it has something to give up')
  const again = await opened.soon(opened.join(old, holding([...kept])))
  assert.equal(again.generationId, joined.memberEpoch)
  assert.deepEqual(partitionsIn((await opened.sync(old, again.generationId)).assignment), kept)
  assert.equal(await opened.heartbeat(old, again.generationId), 'NONE')
  const rest = (await opened.beat('new', { memberEpoch: joined.memberEpoch })).assignment?.[0]?.partitions
  assert.equal(rest?.length, 2)
  assert.equal(opened.log.groups.stateOf('g'), 'Stable')
})

void test('when the last member of the consumer protocol goes, the others go on in the classic one, also after a kill', async () => {
  const { old, ...opened } = await classicGroupOfOne()
  const { memberEpoch } = await opened.beat('new')
  await opened.beat('new', { memberEpoch: -1 })
  assert.deepEqual([opened.group().kind, opened.log.groups.stateOf('g')], ['classic', 'PreparingRebalance'])
  opened.log.kill(opened.log.waiting)
  const joined = await opened.soon(opened.join(old))
  assert.ok(joined.generationId > memberEpoch - 1, `generation ${joined.generationId}`)
  assert.deepEqual([joined.error, joined.leader, joined.members.length], ['NONE', old, 1])
})

void test('members that wait in the classic group are told to join again; what the new member may not changes nothing', async () => {
  const { old, generation, ...opened } = await classicGroupOfOne()
  const waiting = opened.join('')
  await assert.rejects(opened.beat('new', { subscribedTopicRegex: '(' }), { errorName: 'INVALID_REGULAR_EXPRESSION' })
  assert.equal(opened.group().kind, 'classic')
  await opened.beat('new')
  assert.equal((await opened.soon(waiting)).error, 'REBALANCE_IN_PROGRESS')
  assert.equal(await opened.heartbeat(old, generation), 'REBALANCE_IN_PROGRESS')
})

void test('a classic member that does not join again in time, or does not ask for its part, is out', async () => {
  const { old, generation, ...opened } = await classicGroupOfOne()
  await opened.beat('new')
  await opened.heartbeat(old, generation)
  opened.log.pass(4000)
  await opened.heartbeat(old, generation)
  opened.log.pass(1000)
  assert.deepEqual([...opened.group().members.keys()], ['new'])
  const { memberId } = await opened.soon(opened.join(''))
  opened.log.pass(5000)
  assert.equal(opened.group().members.has(memberId), false)
})

void test('a static member changes its protocol, there and back', async () => {
  const opened = openLog()
  const first = await opened.soon(opened.join('', { groupInstanceId: 'i' }))
  const assignments = [{ memberId: first.memberId, assignment: assignmentOf([0, 1, 2, 3]) }]
  const request = { memberId: first.memberId, groupInstanceId: 'i', generationId: 1, ...protocol, assignments }
  await opened.soon(opened.log.groups.sync('g', request))
  const joined = await opened.beat('new', { instanceId: 'i' })
  assert.deepEqual([opened.group().kind, joined.assignment?.[0]?.partitions], ['consumer', [0, 1, 2, 3]])
  const back = await opened.soon(opened.join('', { groupInstanceId: 'i' }))
  assert.deepEqual([opened.group().kind, back.error, back.leader], ['classic', 'NONE', back.memberId])
  assert.ok(back.generationId > joined.memberEpoch)
})

void test('who speaks no protocol of consumers cannot share a group with members of the new one, nor the other way round', async () => {
  const opened = openLog()
  await opened.beat('new')
  const connect = await opened.soon(opened.join('', { protocolType: 'connect' }))
  assert.equal(connect.error, 'INCONSISTENT_GROUP_PROTOCOL')
  const [stranger, member] = [{ memberId: 'x' }, { memberId: 'new' }].map((one) => ({ ...one, groupInstanceId: null }))
  const removed = await opened.soon(opened.log.groups.leave('g', [stranger!, member!, member!]))
  assert.deepEqual(removed, ['UNKNOWN_MEMBER_ID', 'NONE', 'UNKNOWN_MEMBER_ID'])
  const workers = openLog()
  const { memberId } = await workers.soon(workers.join('', { protocolType: 'connect' }))
  await workers.sync(memberId, 1).catch(() => undefined)
  await assert.rejects(workers.beat('new'), { errorName: 'GROUP_ID_NOT_FOUND' })
})

void test('an empty group takes either protocol, and its numbers go on', async () => {
  const { old, generation, ...opened } = await classicGroupOfOne()
  await opened.soon(opened.log.groups.leave('g', [{ memberId: old, groupInstanceId: null }]))
  const { memberEpoch } = await opened.beat('new')
  assert.ok(memberEpoch > generation)
  await opened.beat('new', { memberEpoch: -1 })
  const { generationId } = await opened.soon(opened.join(''))
  assert.ok(generationId > memberEpoch)
})
