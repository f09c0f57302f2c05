import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGroupDesk, type GroupDesk } from '../../../../../test/support/group-desk.ts'
import { fakeTopics, type FakeTopics } from '../../../../../test/support/fake-topics.ts'
import type { GroupChange } from '../group-change.ts'
import { groupAfter, wakeGroup, type Group } from '../group.ts'
import type { GroupLimits } from '../group-limits.ts'
import { checkConsumerCommit, fetchError } from './commit.ts'
import { createConsumerGroup, stateOf, type ConsumerGroup } from './group.ts'
import { heartbeat, type HeartbeatAnswer, type HeartbeatRequest } from './heartbeat.ts'
import { leave } from './leave.ts'
import { listed } from './partitions.ts'
import { expireConsumer } from './session.ts'
import { isSubscribedConsumer } from './subscriptions.ts'
import { preferredAssignor } from './target.ts'

interface OpenGroup {
  readonly group: ConsumerGroup
  readonly desk: GroupDesk
  readonly topics: FakeTopics
  readonly saved: GroupChange[]
  readonly beat: (memberId: string, more?: Partial<HeartbeatRequest>) => HeartbeatAnswer
  readonly join: (memberId: string, more?: Partial<HeartbeatRequest>) => HeartbeatAnswer
  readonly leave: (memberId: string, memberEpoch?: number, instanceId?: string | null) => void
  readonly pass: (ms: number) => void
}

function openGroup(
  topics = fakeTopics({ orders: 6 }),
  limits: Partial<GroupLimits> = {},
  group = createConsumerGroup('g'),
): OpenGroup {
  const desk = createGroupDesk(limits, topics)
  const saved: GroupChange[] = []
  const run = (work: Parameters<GroupDesk['step']>[0]): void => void saved.push(...desk.step(work).changes)
  function beat(memberId: string, more: Partial<HeartbeatRequest> = {}): HeartbeatAnswer {
    const memberEpoch = group.members.get(memberId)?.epoch ?? 0
    const instanceId = group.members.get(memberId)?.instanceId ?? null
    const request = { ...beating, memberId, memberEpoch, instanceId, ...more }
    let answer: HeartbeatAnswer | undefined
    run((step) => (answer = heartbeat(group, request, step)))
    return answer!
  }
  return {
    group,
    desk,
    topics,
    saved,
    beat,
    join: (memberId, more) => beat(memberId, { ...joining, ...more }),
    leave: (memberId, memberEpoch = -1, instanceId = null) =>
      run((step) => leave(group, { memberId, memberEpoch, instanceId }, step)),
    pass(ms) {
      desk.now += ms
      run((step) => expireConsumer(group, step))
    },
  }
}

const beating: Omit<HeartbeatRequest, 'memberId' | 'memberEpoch'> = {
  instanceId: null,
  rackId: null,
  rebalanceTimeoutMs: -1,
  clientId: 'client',
  clientHost: '/127.0.0.1',
  subscribedTopicNames: null,
  subscribedTopicRegex: null,
  serverAssignor: null,
  topicPartitions: null,
}

const joining = { memberEpoch: 0, rebalanceTimeoutMs: 10_000, subscribedTopicNames: ['orders'], topicPartitions: [] }

/** Partitions of `orders`. */
const orders = (...partitions: number[]) => [{ topicId: 'id-orders', partitions }]
const countsOf = ({ assignment }: HeartbeatAnswer): number =>
  assignment?.reduce((sum, { partitions }) => sum + partitions.length, 0) ?? -1

/** Both stable, three partitions each. */
function groupOfTwo(opened: OpenGroup = openGroup()): OpenGroup {
  opened.join('a')
  opened.join('b')
  opened.beat('a', { topicPartitions: orders(0, 1, 2, 3, 4, 5) })
  opened.beat('a', { topicPartitions: orders(0, 1, 2) })
  opened.beat('b', { topicPartitions: [] })
  assert.equal(stateOf(opened.group), 'Stable')
  return opened
}

void test('the first member has all; a second gets its half when the first has given it up (INV-G4)', () => {
  const opened = openGroup()
  const first = opened.join('a')
  assert.deepEqual([first.memberEpoch, countsOf(first)], [1, 6])
  assert.equal(stateOf(opened.group), 'Stable')
  const second = opened.join('b')
  assert.deepEqual([second.memberEpoch, second.assignment], [2, []], 'nothing is free yet')
  const told = opened.beat('a', { topicPartitions: orders(0, 1, 2, 3, 4, 5) })
  assert.deepEqual(
    [told.memberEpoch, told.assignment],
    [1, orders(0, 1, 2)],
    'it stays in its epoch until it has given up',
  )
  assert.equal(stateOf(opened.group), 'Reconciling')
  assert.equal(opened.beat('b').assignment, null)
  assert.equal(opened.beat('a').memberEpoch, 1, 'who says nothing of what it holds holds it still')
  assert.equal(opened.beat('a', { topicPartitions: orders(0, 1, 2) }).memberEpoch, 2)
  assert.deepEqual(opened.beat('b').assignment, orders(3, 4, 5))
  assert.equal(stateOf(opened.group), 'Stable')
  assert.equal(opened.beat('b').assignment, null)
})

void test('nothing is written when nothing changes', () => {
  const opened = groupOfTwo()
  const before = opened.saved.length
  for (let count = 0; count < 5; count++) for (const member of ['a', 'b']) opened.beat(member)
  assert.equal(opened.saved.length, before)
})

void test('a member with a wrong epoch is fenced; the epoch before is taken from who holds no more than it should (INV-G3)', () => {
  const opened = openGroup()
  opened.join('a')
  opened.topics.set('orders', 8)
  const lost = opened.beat('a', { topicPartitions: orders(0, 1, 2, 3, 4, 5) })
  assert.equal(lost.memberEpoch, 2)
  const fenced = { errorName: 'FENCED_MEMBER_EPOCH' }
  assert.throws(() => opened.beat('a', { memberEpoch: 3 }), fenced)
  assert.throws(() => opened.beat('a', { memberEpoch: 1 }), fenced, 'it says nothing of what it holds')
  assert.throws(() => opened.beat('a', { memberEpoch: 1, topicPartitions: orders(9) }), fenced)
  const again = opened.beat('a', { ...joining, memberEpoch: 1, topicPartitions: orders(0, 1, 2, 3, 4, 5) })
  assert.deepEqual([again.memberEpoch, countsOf(again)], [2, 8])
  assert.throws(() => opened.beat('nobody', { memberEpoch: 1 }), { errorName: 'UNKNOWN_MEMBER_ID' })
  const anew = opened.join('a')
  assert.deepEqual([anew.memberEpoch, countsOf(anew)], [2, 8], 'who was fenced joins under its id')
})

void test('a member that leaves, or is not heard of, makes room; the others get what it had (INV-G6)', () => {
  const opened = groupOfTwo()
  opened.pass(44_999)
  opened.beat('a')
  opened.pass(1)
  assert.deepEqual([...opened.group.members.keys()], ['a'])
  assert.equal(stateOf(opened.group), 'Assigning')
  assert.equal(countsOf(opened.beat('a')), 6)
  opened.leave('a')
  assert.deepEqual([stateOf(opened.group), opened.group.emptySince], ['Empty', 45_000])
  assert.throws(() => opened.leave('a'), { errorName: 'UNKNOWN_MEMBER_ID' })
  assert.equal(opened.join('b').memberEpoch, opened.group.epoch, 'epochs go on')
})

void test('a member that does not give up in time is out', () => {
  const opened = openGroup()
  opened.join('a')
  opened.join('b')
  opened.beat('a', { topicPartitions: orders(0, 1, 2, 3, 4, 5) })
  opened.pass(9_999)
  opened.beat('a', { topicPartitions: orders(0, 1, 2, 3, 4, 5) })
  opened.beat('b')
  assert.equal(opened.group.members.size, 2)
  opened.pass(1)
  assert.deepEqual([...opened.group.members.keys()], ['b'])
  assert.equal(countsOf(opened.beat('b')), 6)
})

void test('a static member that is away keeps its partitions until its session ends; its instance takes them up (INV-G8)', () => {
  const opened = openGroup()
  opened.join('a', { instanceId: 'i' })
  assert.throws(() => opened.join('x', { instanceId: 'i' }), { errorName: 'UNRELEASED_INSTANCE_ID' })
  assert.equal(countsOf(opened.join('a', { instanceId: 'i' })), 6, 'the same member joins anew')
  opened.join('b')
  opened.beat('a', { topicPartitions: orders(0, 1, 2, 3, 4, 5) })
  opened.beat('a', { topicPartitions: orders(0, 1, 2) })
  opened.beat('b')
  const { epoch } = opened.group
  opened.leave('a', -2, 'i')
  assert.equal(opened.group.members.get('a')?.epoch, -2)
  assert.equal(opened.beat('b').assignment, null)
  const back = opened.join('c', { instanceId: 'i' })
  assert.deepEqual([back.memberEpoch, back.assignment, opened.group.epoch], [epoch, orders(0, 1, 2), epoch])
  assert.throws(() => opened.beat('a', { memberEpoch: epoch, instanceId: 'i' }), { errorName: 'FENCED_INSTANCE_ID' })
  assert.throws(() => opened.beat('c', { memberEpoch: epoch, instanceId: 'j' }), { errorName: 'UNKNOWN_MEMBER_ID' })
  opened.leave('c', -2, 'i')
  opened.pass(45_000)
  assert.equal(opened.group.members.has('c'), false)
  opened.join('d', { instanceId: 'i' })
  opened.leave('d', -1, 'i')
  assert.equal(opened.group.members.has('d'), false)
})

void test('topics that come, grow or go are shared out at the next heartbeat', () => {
  const opened = openGroup(fakeTopics({ orders: 2 }))
  opened.join('a', { subscribedTopicNames: ['orders', 'visits'] })
  const { epoch } = opened.group
  opened.topics.set('other', 9)
  assert.equal(opened.beat('a').assignment, null)
  assert.equal(opened.group.epoch, epoch, 'a topic of others is no matter')
  opened.topics.set('visits', 3)
  assert.equal(countsOf(opened.beat('a')), 5)
  opened.topics.set('orders', 4)
  assert.equal(countsOf(opened.beat('a')), 7)
  opened.topics.remove('orders')
  const told = opened.beat('a', {
    topicPartitions: [...orders(0, 1, 2, 3), { topicId: 'id-visits', partitions: [0, 1, 2] }],
  })
  assert.equal(countsOf(told), 3)
  assert.equal(opened.group.epoch, epoch + 3)
})

void test('a member subscribes anew, with names, with an expression, with both', () => {
  const opened = openGroup(fakeTopics({ orders: 2, 'orders-eu': 3, visits: 4 }))
  opened.join('a', { subscribedTopicNames: [] })
  assert.equal(countsOf(opened.beat('a', { subscribedTopicRegex: 'orders.*' })), 5)
  assert.deepEqual(
    [isSubscribedConsumer(opened.group, 'orders-x'), isSubscribedConsumer(opened.group, 'visits')],
    [true, false],
  )
  assert.equal(countsOf(opened.beat('a', { subscribedTopicNames: ['visits'] })), 9)
  const none = opened.beat('a', { subscribedTopicRegex: '', topicPartitions: [] })
  assert.equal(countsOf(none), 4)
  assert.throws(() => opened.beat('a', { subscribedTopicRegex: '(' }), { errorName: 'INVALID_REGULAR_EXPRESSION' })
  assert.equal(opened.group.members.get('a')?.topicRegex, '')
  opened.topics.set('orders-us', 1)
  opened.beat('a', { subscribedTopicRegex: 'orders-.*', subscribedTopicNames: [] })
  assert.equal(countsOf(opened.beat('a', { topicPartitions: [] })), 4)
  assert.equal(opened.group.regexes.size, 1, 'those that nobody uses are forgotten')
})

void test('the assignor that most ask for assigns', () => {
  const opened = openGroup()
  opened.join('a')
  assert.equal(preferredAssignor(opened.group), 'uniform')
  opened.join('b', { serverAssignor: 'range' })
  opened.join('c', { serverAssignor: 'range' })
  opened.join('d', { serverAssignor: 'uniform' })
  assert.equal(preferredAssignor(opened.group), 'range')
})

void test('a full group takes nobody new', () => {
  const opened = openGroup(fakeTopics({ orders: 6 }), { membersMax: 1 })
  opened.join('a')
  assert.throws(() => opened.join('b'), { errorName: 'GROUP_MAX_SIZE_REACHED' })
  opened.beat('a')
})

void test('a commit is taken in the epoch of the member; in an older one for what it has held since (KIP-1251, INV-G2)', () => {
  const { group, topics, beat } = groupOfTwo()
  topics.set('orders', 8)
  beat('a')
  const { epoch } = group.members.get('a')!
  const check = (memberId: string, memberEpoch: number, apiVersion = 9) =>
    checkConsumerCommit(group, { memberId, memberEpoch, groupInstanceId: null }, { apiVersion, inTransaction: false })
  assert.equal(check('a', epoch), undefined)
  assert.deepEqual(
    [check('a', epoch + 1), check('x', epoch), check('', -1), check('a', epoch, 8)],
    ['STALE_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID', 'UNKNOWN_MEMBER_ID', 'UNSUPPORTED_VERSION'],
  )
  const older = check('a', epoch - 1)
  assert.ok(typeof older === 'function')
  const { partitions } = listed(group.members.get('a')!.assigned)[0]!
  const newest = partitions.find((partition) => partition >= 6)!
  assert.deepEqual(
    [older('id-orders', partitions[0]!), older('id-orders', newest), older('id-orders', 3)],
    [undefined, 'STALE_MEMBER_EPOCH', 'STALE_MEMBER_EPOCH'],
  )
  assert.deepEqual(
    [
      fetchError(group, 'a', epoch),
      fetchError(group, 'a', epoch - 1),
      fetchError(group, 'x', 1),
      fetchError(group, null, -1),
    ],
    [undefined, 'STALE_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID', undefined],
  )
})

void test('after a start members go on with their epochs; who waited or was to give up goes on with that (INV-G9)', () => {
  const opened = openGroup()
  opened.join('a', { instanceId: 'i' })
  opened.join('b')
  opened.beat('a', { topicPartitions: orders(0, 1, 2, 3, 4, 5) })
  const again = openGroup(opened.topics, {}, restored(opened))
  again.desk.step((step) => wakeGroup(again.group, step))
  assert.equal(stateOf(again.group), 'Reconciling')
  assert.equal(again.beat('b').assignment, null)
  assert.equal(again.beat('a', { topicPartitions: orders(0, 1, 2) }).memberEpoch, 2)
  assert.deepEqual(again.beat('b').assignment, orders(3, 4, 5))
  assert.equal(again.group.epoch, opened.group.epoch)
  again.pass(45_000)
  assert.equal(stateOf(again.group), 'Empty')
})

function restored(from: OpenGroup): ConsumerGroup {
  let group: Group | undefined
  for (const change of from.saved) {
    assert.ok(change.kind === 'consumer' || change.kind === 'member')
    group = groupAfter(group, JSON.parse(JSON.stringify(change)) as typeof change)
  }
  assert.ok(group?.kind === 'consumer')
  return group
}
