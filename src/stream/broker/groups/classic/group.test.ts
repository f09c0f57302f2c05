import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answered, createGroupDesk, type Asked } from '../../../../../test/support/group-desk.ts'
import { encodeSubscription } from '../../../protocol/consumer-protocol.ts'
import type { GroupLimits } from '../group-limits.ts'
import { createClassicGroup, type ClassicGroup } from './group.ts'
import { join } from './join.ts'
import type { JoinAnswer, JoinRequest, SyncAnswer } from './member.ts'
import type { ClassicChange } from './change.ts'
import { commitError, expireClassic, heartbeat, leave, wakeClassic } from './session.ts'
import { classicGroupOf } from './stored.ts'
import { isSubscribedClassic } from './subscription.ts'
import { sync } from './sync.ts'

const rebalanceTimeoutMs = 5000
const sessionTimeoutMs = 60_000
const subscription = (...topics: string[]): Buffer => encodeSubscription({ topics }, 0)
const bytes = (text: string): Buffer => Buffer.from(text)

/** A group, and whatever may happen to it. */
function openGroup(limits: Partial<GroupLimits> = {}, group: ClassicGroup = createClassicGroup('g')) {
  const desk = createGroupDesk(limits)
  const saved: ClassicChange[] = []
  const keep = <T extends { step: { changes: readonly unknown[] } }>(asked: T): T => {
    saved.push(...(asked.step.changes as ClassicChange[]))
    return asked
  }
  return {
    group,
    desk,
    saved,
    join: (memberId = '', more: Partial<JoinRequest> = {}): Asked<JoinAnswer> =>
      keep(desk.ask((step, caller) => join(group, { ...joining, memberId, ...more }, caller, step))),
    sync: (memberId: string, assignments: Record<string, string> = {}, more: object = {}): Asked<SyncAnswer> => {
      const request = {
        memberId,
        groupInstanceId: null,
        generationId: group.generationId,
        protocolType: null,
        protocolName: null,
        assignments: Object.entries(assignments).map(([id, text]) => ({ memberId: id, assignment: bytes(text) })),
        ...more,
      }
      return keep(desk.ask((step, caller) => sync(group, request, caller, step)))
    },
    heartbeat: (memberId: string, generationId = group.generationId, groupInstanceId: string | null = null) => {
      let error = ''
      desk.step((step) => (error = heartbeat(group, { memberId, groupInstanceId, generationId }, step)))
      return error
    },
    commit: (memberId: string, generationId = group.generationId, groupInstanceId: string | null = null) => {
      let error: string | undefined
      desk.step((step) => (error = commitError(group, { memberId, groupInstanceId, generationId }, false, step)))
      return error
    },
    leave: (...memberIds: string[]) => {
      let errors: string[] = []
      const leaving = memberIds.map((memberId) => ({ memberId, groupInstanceId: null }))
      keep({ step: desk.step((step) => (errors = leave(group, leaving, step))) })
      return errors
    },
    pass: (ms: number) => {
      desk.now += ms
      keep({ step: desk.step((step) => expireClassic(group, step)) })
    },
  }
}

const joining: JoinRequest = {
  memberId: '',
  groupInstanceId: null,
  clientId: 'client',
  clientHost: '/127.0.0.1',
  sessionTimeoutMs,
  rebalanceTimeoutMs,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: subscription('orders') }],
  mustKnowId: false,
  maySkipAssignment: true,
}

type OpenGroup = ReturnType<typeof openGroup>

/** A stable group of one, who has all. */
function groupOfOne(opened: OpenGroup = openGroup(), more: Partial<JoinRequest> = {}): string {
  const { memberId } = answered(opened.join('', more))
  opened.sync(memberId, { [memberId]: 'all' }, { groupInstanceId: more.groupInstanceId ?? null })
  assert.equal(opened.group.state, 'Stable')
  return memberId
}

/** The first leads. */
function groupOfTwo(opened: OpenGroup): [leader: string, other: string] {
  const leader = groupOfOne(opened)
  const waiting = opened.join()
  opened.join(leader)
  const other = answered(waiting).memberId
  opened.sync(leader, { [leader]: 'half', [other]: 'half' })
  opened.sync(other)
  assert.equal(opened.group.state, 'Stable')
  return [leader, other]
}

void test('a new member is told its id first (KIP-394), then leads alone and is assigned', () => {
  const opened = openGroup()
  const told = answered(opened.join('', { mustKnowId: true }))
  assert.deepEqual([told.error, told.generationId, told.protocolType], ['MEMBER_ID_REQUIRED', -1, null])
  const joined = answered(opened.join(told.memberId, { mustKnowId: true }))
  assert.deepEqual([joined.error, joined.generationId, joined.leader], ['NONE', 1, told.memberId])
  const synced = answered(opened.sync(told.memberId, { [told.memberId]: 'all' }))
  assert.deepEqual([synced.assignment.toString(), opened.group.state], ['all', 'Stable'])
})

void test('a second member makes all join again; a member of an old generation is refused (INV-G2)', () => {
  const opened = openGroup()
  const first = groupOfOne(opened)
  const waiting = opened.join()
  assert.equal(opened.heartbeat(first), 'REBALANCE_IN_PROGRESS')
  assert.equal(opened.commit(first, 1), undefined, 'while members join again they commit what they have read')
  const again = answered(opened.join(first))
  const second = answered(waiting)
  assert.deepEqual([again.generationId, second.generationId, again.members.length, second.members.length], [2, 2, 2, 0])
  assert.equal(opened.commit(first, 1), 'ILLEGAL_GENERATION')
  assert.equal(opened.commit(first, 2), 'REBALANCE_IN_PROGRESS')
  const follower = opened.sync(second.memberId)
  assert.equal(follower.answer, undefined)
  opened.sync(first, { [second.memberId]: 'half' })
  assert.equal(answered(follower).assignment.toString(), 'half')
  assert.equal(opened.commit(first, 2), undefined)
})

void test('the last member leaves: the group is empty, and commits of outsiders are taken', () => {
  const opened = openGroup()
  const memberId = groupOfOne(opened)
  assert.equal(opened.commit('', -1), 'UNKNOWN_MEMBER_ID')
  assert.deepEqual(opened.leave(memberId, 'stranger'), ['NONE', 'UNKNOWN_MEMBER_ID'])
  assert.deepEqual([opened.group.state, opened.group.generationId], ['Empty', 2])
  assert.equal(opened.commit('', -1), undefined)
  assert.equal(opened.group.protocolType, 'consumer', 'tools still see what it was for')
})

void test('a member that is not heard of for its session is out, and not before (INV-G6)', () => {
  const opened = openGroup()
  const memberId = groupOfOne(opened)
  opened.pass(sessionTimeoutMs - 1)
  assert.equal(opened.heartbeat(memberId), 'NONE')
  opened.pass(sessionTimeoutMs - 1)
  assert.equal(opened.commit(memberId), undefined, 'a commit is a sign of life')
  opened.pass(sessionTimeoutMs)
  assert.equal(opened.heartbeat(memberId), 'UNKNOWN_MEMBER_ID')
  assert.equal(opened.group.state, 'Empty')
})

void test('a member that does not join again in time is out, and the others go on', () => {
  const opened = openGroup()
  const leader = groupOfOne(opened)
  const waiting = opened.join()
  opened.pass(rebalanceTimeoutMs)
  const second = answered(waiting)
  assert.deepEqual([second.generationId, second.leader, second.members.length], [2, second.memberId, 1])
  assert.equal(opened.heartbeat(leader), 'UNKNOWN_MEMBER_ID')
})

for (const assigned of [false, true])
  void test(`a member that does not ask for its assignment in time is out, ${assigned ? 'though there is one' : 'and the leader joins again'}`, () => {
    const opened = openGroup()
    const leader = groupOfOne(opened)
    const waiting = opened.join()
    opened.join(leader)
    const late = answered(waiting).memberId
    const leads = opened.group.leader === leader
    assert.ok(leads)
    const other = assigned ? opened.sync(leader, { [leader]: 'all' }) : undefined
    assert.equal(other?.answer?.error, assigned ? 'NONE' : undefined)
    opened.pass(rebalanceTimeoutMs)
    assert.equal(opened.heartbeat(late), 'UNKNOWN_MEMBER_ID')
    if (assigned) assert.equal(opened.heartbeat(leader), 'REBALANCE_IN_PROGRESS')
  })

void test('a static member may miss a generation: it keeps its place until its session ends', () => {
  const opened = openGroup()
  const fixed = groupOfOne(opened, { groupInstanceId: 'i' })
  const waiting = opened.join()
  opened.pass(rebalanceTimeoutMs)
  const second = answered(waiting)
  assert.deepEqual([second.generationId, second.members.length], [2, 2])
  opened.pass(sessionTimeoutMs)
  assert.equal(opened.heartbeat(fixed, 2, 'i'), 'UNKNOWN_MEMBER_ID')
})

void test('a generation waits for static members until their sessions end, however late all are', () => {
  const opened = openGroup()
  const fixed = groupOfOne(opened, { groupInstanceId: 'i' })
  opened.join()
  opened.leave([...opened.group.members.keys()].at(-1)!)
  opened.pass(rebalanceTimeoutMs)
  assert.deepEqual([opened.group.state, opened.group.generationId], ['PreparingRebalance', 1])
  assert.equal(answered(opened.join(fixed, { groupInstanceId: 'i' })).generationId, 2)
})

void test('a static member comes back without a rebalance, and its former self is fenced (KIP-345, INV-G8)', () => {
  const opened = openGroup()
  const former = groupOfOne(opened, { groupInstanceId: 'i' })
  const back = answered(opened.join('', { groupInstanceId: 'i' }))
  assert.deepEqual([back.generationId, back.skipAssignment, back.leader], [1, true, back.memberId])
  assert.equal(opened.heartbeat(former, 1, 'i'), 'FENCED_INSTANCE_ID')
  assert.equal(opened.commit(former, 1, 'i'), 'FENCED_INSTANCE_ID')
  assert.equal(answered(opened.join(former, { groupInstanceId: 'i' })).error, 'FENCED_INSTANCE_ID')
  const synced = answered(opened.sync(back.memberId, {}, { groupInstanceId: 'i' }))
  assert.equal(synced.assignment.toString(), 'all')
  const old = answered(opened.join('', { groupInstanceId: 'i', maySkipAssignment: false }))
  assert.deepEqual([old.skipAssignment, old.leader, old.members], [undefined, back.memberId, []])
})

void test('a static member that comes back with another subscription makes all join again', () => {
  const opened = openGroup()
  groupOfOne(opened, { groupInstanceId: 'i' })
  const protocols = [{ name: 'range', metadata: subscription('orders', 'visits') }]
  assert.equal(answered(opened.join('', { groupInstanceId: 'i', protocols })).generationId, 2)
})

void test('a static member that comes back while the leader assigns makes all join again: the leader knows its former self', () => {
  const opened = openGroup()
  const leader = groupOfOne(opened)
  const waiting = opened.join('', { groupInstanceId: 'i' })
  opened.join(leader)
  answered(waiting)
  const back = opened.join('', { groupInstanceId: 'i' })
  assert.equal(opened.group.state, 'PreparingRebalance')
  opened.join(leader)
  assert.equal(answered(back).generationId, 3)
})

void test('with an initial delay all that come within it share the first generation; each that comes prolongs it', () => {
  const opened = openGroup({ initialRebalanceDelayMs: 3000 })
  const first = opened.join()
  opened.pass(2000)
  const second = opened.join()
  opened.pass(1000)
  assert.equal(opened.group.state, 'PreparingRebalance')
  const third = opened.join()
  opened.pass(1999)
  assert.equal(first.answer, undefined, 'at most the rebalance timeout: 3 s, then the 2 s that are left')
  opened.pass(1)
  const answers = [first, second, third].map((asked) => answered(asked))
  assert.deepEqual(
    answers.map(({ generationId, members }) => [generationId, members.length]),
    [
      [1, 3],
      [1, 0],
      [1, 0],
    ],
  )
})

void test('an id that was promised holds the generation up until it joins, leaves or lapses', () => {
  const opened = openGroup()
  const leader = groupOfOne(opened)
  const told = answered(opened.join('', { mustKnowId: true, sessionTimeoutMs: 1000 }))
  const other = answered(opened.join('', { mustKnowId: true }))
  const waiting = opened.join(leader)
  assert.equal(opened.group.state, 'PreparingRebalance')
  opened.pass(1000)
  assert.equal(waiting.answer, undefined)
  assert.deepEqual(opened.leave(other.memberId), ['NONE'])
  assert.equal(answered(waiting).generationId, 2)
  assert.equal(answered(opened.join(told.memberId)).error, 'UNKNOWN_MEMBER_ID')
})

void test('a new member whose connection is gone while it waits falls out', () => {
  const opened = openGroup()
  const leader = groupOfOne(opened, { rebalanceTimeoutMs: 600_000, sessionTimeoutMs: 1_000_000 })
  const gone = opened.join()
  opened.pass(300_000)
  assert.deepEqual([answered(gone).error, answered(gone).memberId], ['UNKNOWN_MEMBER_ID', ''])
  assert.equal(answered(opened.join(leader)).members.length, 1)
})

void test('a member that shares no protocol with the others, or is of another type, is refused', () => {
  const opened = openGroup()
  groupOfOne(opened)
  const other = [{ name: 'sticky', metadata: bytes('') }]
  for (const more of [{ protocols: other }, { protocolType: 'connect' }, { protocols: [] }, { protocolType: '' }])
    assert.equal(answered(opened.join('', more)).error, 'INCONSISTENT_GROUP_PROTOCOL')
})

void test('the protocol that most prefer of those that all know is chosen', () => {
  const opened = openGroup({ initialRebalanceDelayMs: 10 })
  const known = (...names: string[]) => ({ protocols: names.map((name) => ({ name, metadata: bytes(name) })) })
  const joins = [known('a', 'b', 'c'), known('b', 'c'), known('c', 'b')].map((more) => opened.join('', more))
  opened.pass(10)
  opened.pass(10)
  assert.deepEqual(
    joins.map((asked) => answered(asked).protocolName),
    ['b', 'b', 'b'],
  )
})

void test('a full group takes no more members; of one that is too full those that come last are out', () => {
  const limits = { membersMax: 3 }
  const opened = openGroup(limits)
  const [leader, other] = groupOfTwo(opened)
  limits.membersMax = 2
  Object.assign(opened.desk.limits, limits)
  assert.equal(answered(opened.join()).error, 'GROUP_MAX_SIZE_REACHED')
  Object.assign(opened.desk.limits, { membersMax: 1 })
  const again = opened.join(leader)
  assert.equal(answered(opened.join(other)).error, 'GROUP_MAX_SIZE_REACHED')
  assert.equal(answered(again).members.length, 1)
})

void test('who joins once more while it waits is answered both times, with the generation the later time', () => {
  const opened = openGroup()
  const leader = groupOfOne(opened)
  const waiting = opened.join()
  const later = opened.join([...opened.group.members.keys()].at(-1))
  opened.join(leader)
  assert.deepEqual([answered(waiting).error, answered(later).generationId], ['REBALANCE_IN_PROGRESS', 2])
})

void test('members of a stable group go on after a start; a generation that was told is completed (INV-G9)', () => {
  const opened = openGroup()
  const [leader, other] = groupOfTwo(opened)
  const restart = (from: OpenGroup): OpenGroup => {
    const again = openGroup({}, classicGroupOf('g', JSON.parse(JSON.stringify(from.saved.at(-1)!.state)) as never))
    again.desk.step((step) => wakeClassic(again.group, step))
    return again
  }
  const stable = restart(opened)
  assert.deepEqual(
    [stable.heartbeat(leader, 2), stable.heartbeat(other, 2), stable.commit(other, 2)],
    ['NONE', 'NONE', undefined],
  )
  assert.equal(answered(stable.sync(other)).assignment.toString(), 'half')
  assert.equal(isSubscribedClassic(stable.group, 'orders'), true)
  stable.join()
  stable.join(other)
  stable.join(leader)
  assert.equal(stable.group.generationId, 3)
  const completing = restart(stable)
  assert.deepEqual([completing.group.state, completing.group.generationId], ['CompletingRebalance', 3])
  completing.sync(leader, { [other]: 'third' }, { generationId: 3 })
  assert.equal(answered(completing.sync(other)).assignment.toString(), 'third')
  const unsynced = [...completing.group.members.keys()].find((id) => id !== leader && id !== other)!
  completing.pass(rebalanceTimeoutMs)
  assert.equal(completing.heartbeat(unsynced), 'UNKNOWN_MEMBER_ID')
})

void test('members that are gone after a start fall out when their session is over', () => {
  const opened = openGroup()
  groupOfOne(opened)
  const again = openGroup({}, classicGroupOf('g', opened.saved.at(-1)!.state!))
  again.desk.step((step) => wakeClassic(again.group, step))
  assert.equal(again.desk.nextDeadline(), sessionTimeoutMs)
  again.pass(sessionTimeoutMs)
  assert.equal(again.group.state, 'Empty')
})

void test('ids that are asked for and not used are forgotten, the oldest first, when there are too many (INV-G10)', () => {
  const opened = openGroup({ membersMax: 3 })
  const told = Array.from({ length: 5 }, () => answered(opened.join('', { mustKnowId: true })).memberId)
  assert.deepEqual([...opened.group.promised.keys()], told.slice(2))
})
