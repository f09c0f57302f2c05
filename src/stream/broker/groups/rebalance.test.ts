import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Group } from './group.ts'
import type { JoinAnswer, JoinRequest } from './member.ts'

const rebalanceTimeoutMs = 5000
const sessionTimeoutMs = 60_000
const anyProtocol = { type: null, name: null }

function joining(memberId = '', more: Partial<JoinRequest> = {}): JoinRequest {
  return {
    memberId,
    groupInstanceId: null,
    clientId: 'client',
    clientHost: '127.0.0.1',
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from('topics') }],
    mustKnowId: false,
    maySkipAssignment: true,
    ...more,
  }
}

/** Time that only the test moves. */
function withTimers(context: TestContext): (ms: number) => void {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  return (ms) => context.mock.timers.tick(ms)
}

/** A stable group of one. */
async function groupOfOne(): Promise<{ group: Group; leader: JoinAnswer }> {
  const group = new Group('g', 0)
  const leader = await group.join(joining())
  await group.sync(leader.memberId, null, 1, anyProtocol, [])
  return { group, leader }
}

void test('a member that does not join again in time is gone, and the others go on', async (context) => {
  const pass = withTimers(context)
  const { group, leader } = await groupOfOne()
  const waiting = group.join(joining())
  pass(rebalanceTimeoutMs)
  const second = await waiting
  assert.deepEqual([second.generationId, second.leader, second.members.length], [2, second.memberId, 1])
  assert.equal(group.heartbeat(leader.memberId, null, 2), 'UNKNOWN_MEMBER_ID')
  group.close()
})

void test('a member that does not ask for its assignment in time is gone, and the leader is told to join again', async (context) => {
  const pass = withTimers(context)
  const group = new Group('g', 0)
  const late = await group.join(joining())
  const waiting = group.join(joining())
  await Promise.all([group.join(joining(late.memberId)), waiting])
  const second = await waiting
  const assigned = group.sync(second.memberId, null, 2, anyProtocol, [])
  pass(rebalanceTimeoutMs)
  assert.equal((await assigned).error, 'REBALANCE_IN_PROGRESS')
  assert.equal(group.heartbeat(late.memberId, null, 2), 'UNKNOWN_MEMBER_ID')
  const again = await group.join(joining(second.memberId))
  assert.deepEqual([again.generationId, again.leader], [3, second.memberId])
  group.close()
})

void test('a static member may miss a generation: it keeps its place until its session ends', async (context) => {
  const pass = withTimers(context)
  const group = new Group('g', 0)
  const fixed = await group.join(joining('', { groupInstanceId: 'i' }))
  await group.sync(fixed.memberId, 'i', 1, anyProtocol, [])
  const waiting = group.join(joining())
  pass(rebalanceTimeoutMs)
  const second = await waiting
  assert.deepEqual([second.generationId, second.members.length], [2, 2])
  pass(sessionTimeoutMs)
  assert.equal(group.heartbeat(fixed.memberId, 'i', 2), 'UNKNOWN_MEMBER_ID')
  group.close()
})

void test('with an initial delay all that come within it share the first generation', async (context) => {
  const pass = withTimers(context)
  const group = new Group('g', 3000)
  const joins = [group.join(joining()), group.join(joining()), group.join(joining())]
  pass(2999)
  assert.equal(group.state, 'PreparingRebalance')
  pass(1)
  const answers = await Promise.all(joins)
  assert.deepEqual(
    answers.map(({ generationId }) => generationId),
    [1, 1, 1],
  )
  assert.deepEqual(
    answers.map(({ members }) => members.length).toSorted((a, b) => a - b),
    [0, 0, 3],
  )
  group.close()
})

void test('an id that was promised holds the generation up until it joins or lapses', async (context) => {
  const pass = withTimers(context)
  const { group, leader } = await groupOfOne()
  const told = await group.join(joining('', { mustKnowId: true, sessionTimeoutMs: 1000 }))
  const waiting = group.join(joining(leader.memberId))
  assert.equal(group.state, 'PreparingRebalance')
  pass(1000)
  assert.equal((await waiting).generationId, 2)
  assert.equal((await group.join(joining(told.memberId))).error, 'UNKNOWN_MEMBER_ID')
  group.close()
})
