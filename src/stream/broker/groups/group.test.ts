import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Group } from './group.ts'
import type { JoinRequest } from './member.ts'

const bytes = (text: string): Buffer => Buffer.from(text)

function joining(memberId = '', more: Partial<JoinRequest> = {}): JoinRequest {
  return {
    memberId,
    groupInstanceId: null,
    clientId: 'client',
    clientHost: '127.0.0.1',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: bytes('topics') }],
    mustKnowId: false,
    maySkipAssignment: true,
    ...more,
  }
}

const anyProtocol = { type: null, name: null }

void test('a new member is told its id first (KIP-394), then leads alone and is assigned', async () => {
  const group = new Group('g', 0)
  const told = await group.join(joining('', { mustKnowId: true }))
  assert.equal(told.error, 'MEMBER_ID_REQUIRED')
  const joined = await group.join(joining(told.memberId, { mustKnowId: true }))
  assert.deepEqual([joined.error, joined.generationId, joined.leader], ['NONE', 1, told.memberId])
  const synced = await group.sync(told.memberId, null, 1, anyProtocol, [
    { memberId: told.memberId, assignment: bytes('all') },
  ])
  assert.equal(synced.assignment.toString(), 'all')
  assert.equal(group.state, 'Stable')
  group.close()
})

void test('a second member makes all join again; a member of an old generation is refused', async () => {
  const group = new Group('g', 0)
  const first = await group.join(joining())
  await group.sync(first.memberId, null, 1, anyProtocol, [])
  const waiting = group.join(joining())
  assert.equal(group.heartbeat(first.memberId, null, 1), 'REBALANCE_IN_PROGRESS')
  const again = await group.join(joining(first.memberId))
  const second = await waiting
  assert.deepEqual([again.generationId, second.generationId, again.members.length, second.members.length], [2, 2, 2, 0])
  assert.equal(group.commitError(first.memberId, null, 1), 'ILLEGAL_GENERATION')
  assert.equal(group.commitError(first.memberId, null, 2), 'REBALANCE_IN_PROGRESS')
  const [follower] = await Promise.all([
    group.sync(second.memberId, null, 2, anyProtocol, []),
    group.sync(first.memberId, null, 2, anyProtocol, [{ memberId: second.memberId, assignment: bytes('half') }]),
  ])
  assert.equal(follower.assignment.toString(), 'half')
  assert.equal(group.commitError(first.memberId, null, 2), undefined)
  group.close()
})

void test('the last member leaves: the group is empty, and commits of outsiders are taken', async () => {
  const group = new Group('g', 0)
  const { memberId } = await group.join(joining())
  assert.equal(group.commitError('', null, -1), 'UNKNOWN_MEMBER_ID')
  assert.equal(group.leave(memberId, null), 'NONE')
  assert.equal(group.leave(memberId, null), 'UNKNOWN_MEMBER_ID')
  assert.deepEqual([group.state, group.isIdle, group.commitError('', null, -1)], ['Empty', true, undefined])
})

void test('a member that sends no heartbeat is gone after its session', async () => {
  const group = new Group('g', 0)
  const { memberId } = await group.join(joining('', { sessionTimeoutMs: 30 }))
  await group.sync(memberId, null, 1, anyProtocol, [])
  const other = await group.join(joining())
  assert.equal(other.members.length, 1)
  assert.equal(group.heartbeat(memberId, null, 1), 'UNKNOWN_MEMBER_ID')
  group.close()
})

void test('a static member comes back without a rebalance, and its former self is fenced (KIP-345)', async () => {
  const group = new Group('g', 0)
  const former = await group.join(joining('', { groupInstanceId: 'i' }))
  await group.sync(former.memberId, 'i', 1, anyProtocol, [{ memberId: former.memberId, assignment: bytes('mine') }])
  const back = await group.join(joining('', { groupInstanceId: 'i' }))
  assert.deepEqual([back.generationId, back.skipAssignment], [1, true])
  assert.equal(group.heartbeat(former.memberId, 'i', 1), 'FENCED_INSTANCE_ID')
  const synced = await group.sync(back.memberId, 'i', 1, anyProtocol, [])
  assert.equal(synced.assignment.toString(), 'mine')
  group.close()
})

void test('a member that shares no protocol with the others is refused', async () => {
  const group = new Group('g', 0)
  await group.join(joining())
  const refused = await group.join(joining('', { protocols: [{ name: 'sticky', metadata: bytes('') }] }))
  assert.equal(refused.error, 'INCONSISTENT_GROUP_PROTOCOL')
  group.close()
})
