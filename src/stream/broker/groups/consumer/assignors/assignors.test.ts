import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countOf, noPartitions, samePartitions, type Partitions } from '../partitions.ts'
import { assignors } from './all.ts'
import type { AssignorInput } from './assignor.ts'

type Wishes = Readonly<Record<string, readonly string[]>>

/** Members with the topics that they want, and what they had. */
function input(
  counts: Readonly<Record<string, number>>,
  wishes: Wishes,
  before: ReadonlyMap<string, Partitions> = new Map(),
): AssignorInput {
  const wanted = new Set(Object.values(wishes).flat())
  const members = Object.entries(wishes).map(([memberId, topics]) => ({
    memberId,
    instanceId: null,
    topics: new Set(topics.filter((topic) => counts[topic])),
    target: before.get(memberId) ?? noPartitions,
  }))
  return {
    members,
    partitionCounts: new Map(Object.entries(counts).filter(([topic, count]) => wanted.has(topic) && count > 0)),
    isHomogeneous: new Set(members.map(({ topics }) => [...topics].toSorted().join())).size <= 1,
  }
}

function assign(name: string, wanted: AssignorInput): ReadonlyMap<string, Partitions> {
  const targets = assignors.get(name)!(wanted)
  assertComplete(wanted, targets)
  return targets
}

/** Each partition went to one member that wants it. */
function assertComplete({ members, partitionCounts }: AssignorInput, targets: ReadonlyMap<string, Partitions>): void {
  const taken = new Set<string>()
  for (const { memberId, topics } of members)
    for (const [topicId, ones] of targets.get(memberId) ?? noPartitions) {
      assert.ok(topics.has(topicId), `${memberId} wants ${topicId}`)
      for (const partition of ones) {
        assert.ok(partition < partitionCounts.get(topicId)!)
        assert.ok(!taken.has(`${topicId}-${partition}`), `${topicId}-${partition} went to one`)
        taken.add(`${topicId}-${partition}`)
      }
    }
  assert.equal(
    taken.size,
    [...partitionCounts.values()].reduce((sum, count) => sum + count, 0),
  )
}

const sizesOf = (targets: ReadonlyMap<string, Partitions>): number[] => [...targets.values()].map(countOf)
const sorted = (sizes: readonly number[]): number[] => sizes.toSorted((left, right) => left - right)
const spread = (sizes: readonly number[]): number => Math.max(...sizes) - Math.min(...sizes)
const listOf = (targets: ReadonlyMap<string, Partitions>, member: string): Record<string, number[]> =>
  Object.fromEntries([...(targets.get(member) ?? [])].map(([topic, ones]) => [topic, [...ones]]))

/** How many partitions are elsewhere than before. */
function moves(before: ReadonlyMap<string, Partitions>, after: ReadonlyMap<string, Partitions>): number {
  let moved = 0
  for (const [memberId, target] of before)
    for (const [topicId, ones] of target)
      for (const partition of ones) if (!after.get(memberId)?.get(topicId)?.has(partition)) moved++
  return moved
}

void test('uniform shares evenly over all topics together', () => {
  const targets = assign(
    'uniform',
    input({ a: 3, b: 3, c: 1 }, { x: ['a', 'b', 'c'], y: ['a', 'b', 'c'], z: ['a', 'b', 'c'] }),
  )
  assert.deepEqual(sizesOf(targets), [3, 2, 2])
})

void test('uniform: a member that joins takes no more than its share; when one leaves, the others keep what they have', () => {
  const topics = ['a', 'b']
  const counts = { a: 10, b: 7 }
  const two = assign('uniform', input(counts, { x: topics, y: topics }))
  const three = assign('uniform', input(counts, { x: topics, y: topics, z: topics }, two))
  assert.equal(moves(two, three), countOf(three.get('z')!))
  assert.deepEqual(sorted(sizesOf(three)), [5, 6, 6])
  const left = assign('uniform', input(counts, { y: topics, z: topics }, three))
  assert.equal(moves(new Map([...three].filter(([member]) => member !== 'x')), left), 0)
})

void test('uniform: what has one partition more keeps it, whoever comes first', () => {
  const before = new Map<string, Partitions>([
    ['x', new Map([['a', new Set([0])]])],
    ['y', new Map([['a', new Set([1, 2])]])],
  ])
  const after = assign('uniform', input({ a: 3 }, { x: ['a'], y: ['a'] }, before))
  assert.equal(moves(before, after), 0)
})

void test('uniform with different subscriptions: who can have little gets it, and the others make up for it', () => {
  const wishes = { x: ['a', 'b', 'c'], y: ['b', 'c'], z: ['c'] }
  assert.ok(spread(sizesOf(assign('uniform', input({ a: 3, b: 3, c: 3 }, wishes)))) <= 1)
  const skewed = assign('uniform', input({ a: 10, b: 1 }, { x: ['a'], y: ['a', 'b'], z: ['b'] }))
  assert.deepEqual(sizesOf(skewed), [5, 5, 1])
})

void test('range splits topics alike, so that they can be joined; the first get one more', () => {
  const topics = ['a', 'b']
  const targets = assign('range', input({ a: 5, b: 5 }, { z: topics, x: topics, y: topics }))
  assert.deepEqual(listOf(targets, 'x'), { a: [0, 1], b: [0, 1] })
  assert.deepEqual(listOf(targets, 'y'), { a: [2, 3], b: [2, 3] })
  assert.deepEqual(listOf(targets, 'z'), { a: [4], b: [4] })
  const other = assign('range', input({ a: 3, b: 2 }, { x: ['a'], y: ['a', 'b'], z: ['b'] }))
  assert.deepEqual(
    [listOf(other, 'x'), listOf(other, 'y'), listOf(other, 'z')],
    [{ a: [0, 1] }, { a: [2], b: [0] }, { b: [1] }],
  )
})

void test('range orders static members by their instance, before others', () => {
  const { members, ...rest } = input({ a: 3 }, { p: ['a'], q: ['a'], r: ['a'] })
  const instances = [null, 'i2', 'i1']
  const named = members.map((member, index) => ({ ...member, instanceId: instances[index]! }))
  const targets = assign('range', { ...rest, members: named })
  assert.deepEqual(
    ['p', 'q', 'r'].map((member) => listOf(targets, member)),
    [{ a: [2] }, { a: [1] }, { a: [0] }],
  )
})

void test('more members than partitions, and topics without subscribers or partitions', () => {
  for (const name of assignors.keys()) {
    assert.deepEqual(sorted(sizesOf(assign(name, input({ a: 1 }, { x: ['a'], y: ['a'], z: ['a'] })))), [0, 0, 1])
    assert.deepEqual(sizesOf(assign(name, input({ a: 2 }, { x: ['none'], y: ['none'] }))), [0, 0])
  }
})

const topicNames = ['a', 'b', 'c', 'd']
const memberNames = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6']
const someCounts = fc.record(Object.fromEntries(topicNames.map((name) => [name, fc.nat(12)])))
const subscription = fc.subarray(topicNames, { minLength: 1 })
const someWishes = fc
  .subarray(memberNames, { minLength: 1 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, subscription]))))

for (const name of assignors.keys())
  void test(`${name} gives each partition to one subscriber, from whatever was before, and keeps what needs no change`, () => {
    fc.assert(
      fc.property(someCounts, someWishes, someCounts, someWishes, (counts, wishes, later, others) => {
        const before = assign(name, input(counts, wishes))
        const grown = Object.fromEntries(topicNames.map((topic) => [topic, Math.max(counts[topic]!, later[topic]!)]))
        const after = assign(name, input(grown, others, before))
        const again = assign(name, input(grown, others, after))
        for (const [memberId, target] of after) assert.ok(samePartitions(target, again.get(memberId)!))
      }),
      { numRuns: 300 },
    )
  })

void test('uniform: nobody has two more than another who could have one of them', () => {
  fc.assert(
    fc.property(someCounts, someWishes, (counts, wishes) => {
      const wanted = input(counts, wishes)
      const targets = assign('uniform', wanted)
      for (const rich of wanted.members)
        for (const poor of wanted.members) {
          const could = [...targets.get(rich.memberId)!.keys()].some((topicId) => poor.topics.has(topicId))
          const more = countOf(targets.get(rich.memberId)!) - countOf(targets.get(poor.memberId)!)
          assert.ok(!could || more <= 1, `${rich.memberId} has ${more} more than ${poor.memberId}`)
        }
    }),
    { numRuns: 300 },
  )
})
