import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkHistory } from './check-history.ts'
import { copyOf } from './checks/check-copies.ts'
import type { Rule } from './checks/evidence.ts'
import {
  newHistory,
  type FinalPartition,
  type FoundRecord,
  type History,
  type Outcome,
  type Read,
  type Transaction,
} from './history.ts'

type Final = {
  -readonly [K in keyof FinalPartition]: FinalPartition[K] extends readonly (infer E)[] ? E[] : FinalPartition[K]
}

interface Story {
  readonly history: History
  readonly outcome: {
    partitions: Final[]
    groupOffsets: Outcome['groupOffsets'][number][]
    troubles: Map<string, string>
  }
}

const at = (offset: number, value: string, key?: string): FoundRecord => ({ offset, value, ...(key ? { key } : {}) })
const read = (
  topic: string,
  isCommitted: boolean,
  from: number,
  to: number,
  records: readonly FoundRecord[],
): Read => ({
  topic,
  partition: 0,
  isCommitted,
  from,
  to,
  records,
})
const final = (topic: string, all: readonly FoundRecord[], more: Partial<Final> = {}): Final => ({
  topic,
  partition: 0,
  start: 0,
  end: all.length,
  stable: all.length,
  all: [...all],
  committed: [...all],
  refused: [],
  spoiled: [],
  ...more,
})
const transaction = (number: number, outcome: Transaction['outcome'], offset?: number): Transaction => ({
  number,
  outcome,
  asked: outcome === 'aborted' ? 'abort' : 'commit',
  ...(offset === undefined ? {} : { offset: { group: 'work', topic: 'orders', partition: 0, offset } }),
})

/** A bit of everything, as it should be: three transactions, of which one is aborted and one not known. */
function soundStory(): Story {
  const place = { partition: 0, producer: 'p', acknowledged: true }
  const [committed, aborted, unknown] = [
    transaction(1, 'committed', 1),
    transaction(2, 'aborted', 2),
    transaction(3, 'unknown', 3),
  ]
  const history = {
    ...newHistory({
      copies: [{ from: 'events', to: 'copies', group: 'copiers' }],
      rolling: new Set(['rolling']),
      compacted: new Set(['table']),
    }),
    writes: [
      ...['a', 'b', 'c'].map((value, offset) => ({ ...place, topic: 'events', value, offset })),
      { ...place, topic: 'events', value: 'd', acknowledged: false },
      { ...place, topic: 'orders', value: 'x', offset: 0, transaction: committed },
      { ...place, topic: 'visits', value: 'x2', offset: 0, transaction: committed },
      { ...place, topic: 'orders', value: 'y', offset: 1, transaction: aborted },
      { ...place, topic: 'orders', value: 'z', transaction: unknown },
      { ...place, topic: 'visits', value: 'z2', transaction: unknown },
      ...['r', 's'].map((value, offset) => ({ ...place, topic: 'rolling', value, offset })),
      ...['k1', 'k2', 'k3'].map((value, offset) => ({ ...place, topic: 'table', key: 'k', value, offset })),
      ...['f', 'g', 'h'].map((value, offset) => ({ ...place, topic: 'brittle', value, offset })),
    ],
    transactions: [committed, aborted, unknown],
    reads: [
      read('events', true, 0, 2, [at(0, 'a'), at(1, 'b')]),
      read('orders', false, 0, 2, [at(0, 'x'), at(1, 'y')]),
      read('orders', true, 0, 2, [at(0, 'x')]),
    ],
    ends: [
      { topic: 'events', partition: 0, begun: 1, answered: 2, start: 0, end: 2, stable: 2 },
      { topic: 'events', partition: 0, begun: 3, answered: 4, start: 0, end: 3, stable: 3 },
    ],
    commits: [{ group: 'readers', topic: 'events', partition: 0, offset: 2, begun: 1, answered: 2 }],
    commitsRead: [{ group: 'readers', topic: 'events', partition: 0, offset: 2, begun: 3, answered: 4 }],
    damages: [{ topic: 'brittle', partition: 0, from: 1, to: 2, segmentFrom: 0, segmentTo: 2 }],
  }
  const orders = [at(0, 'x'), at(1, 'y'), at(2, 'z')]
  const partitions = [
    final('events', [at(0, 'a'), at(1, 'b'), at(2, 'c')]),
    final('copies', [at(0, copyOf('a')), at(1, copyOf('b')), at(2, copyOf('c'))]),
    final('orders', orders, { committed: [orders[0]!, orders[2]!] }),
    final('visits', [at(0, 'x2'), at(1, 'z2')]),
    final('rolling', [at(1, 's')], { start: 1, end: 2, stable: 2 }),
    final('table', [at(2, 'k3', 'k')], { end: 3, stable: 3 }),
    final('brittle', [at(0, 'f'), at(2, 'h')], { refused: [1], end: 3, stable: 3 }),
  ]
  const groupOffsets = [
    { group: 'readers', topic: 'events', partition: 0, offset: 3 },
    { group: 'copiers', topic: 'events', partition: 0, offset: 3 },
    { group: 'work', topic: 'orders', partition: 0, offset: 3 },
  ]
  return { history, outcome: { partitions, groupOffsets, troubles: new Map([['brittle', 'WEIR-3007 …']]) } }
}

function partitionOf({ outcome }: Story, topic: string): Final {
  return outcome.partitions.find((one) => one.topic === topic)!
}

/** Gives every reader of a topic these records. */
function rewrite(story: Story, topic: string, records: readonly FoundRecord[]): void {
  Object.assign(partitionOf(story, topic), { all: [...records], committed: [...records] })
}

/** What goes wrong, and the rules that say so. */
const plants: Readonly<Record<string, readonly [plant: (story: Story) => void, ...rules: Rule[]]>> = {
  'an acknowledged record is gone': [(story) => rewrite(story, 'visits', [at(1, 'z2')]), 'lost', 'half a transaction'],
  'a record that was read, and never acknowledged, is gone': [
    ({ history }) => void history.reads.push(read('events', false, 3, 4, [at(3, 'd')])),
    'lost',
  ],
  'an acknowledged record whose place was not told is gone': [
    ({ history }) => {
      history.writes.push({ topic: 'visits', partition: 0, producer: 'p', value: 'v', acknowledged: true })
    },
    'lost',
  ],
  'a record that retention may not take is gone': [
    (story) => Object.assign(partitionOf(story, 'rolling'), { start: 0, all: [at(1, 's')], committed: [at(1, 's')] }),
    'lost',
  ],
  'a record is there twice': [
    (story) => rewrite(story, 'visits', [at(0, 'x2'), at(1, 'z2'), at(2, 'x2')]),
    'twice',
    'out of order',
  ],
  'two records changed places': [
    (story) => {
      for (const write of story.history.writes.filter(({ topic }) => topic === 'rolling')) delete write.offset
      Object.assign(partitionOf(story, 'rolling'), { start: 0, all: [at(0, 's'), at(1, 'r')] })
    },
    'out of order',
  ],
  'a record that nobody sent': [(story) => void partitionOf(story, 'visits').all.push(at(2, '?')), 'never sent'],
  'a record in another topic': [(story) => void partitionOf(story, 'brittle').all.push(at(3, 'd')), 'never sent'],
  'an offset that was read has another record': [
    ({ history }) => void history.reads.push(read('visits', false, 1, 2, [at(1, 'other')])),
    'offset given twice',
  ],
  'an offset that was told of a transaction has another record': [
    ({ history }) => {
      const write = history.writes.find(({ value }) => value === 'y')!
      write.offset = 2
    },
    'offset given twice',
  ],
  'a part of a committed transaction is hidden': [
    (story) => Object.assign(partitionOf(story, 'visits'), { committed: [at(1, 'z2')] }),
    'half a transaction',
  ],
  'a part of an unknown transaction is there': [
    (story) => Object.assign(partitionOf(story, 'visits'), { committed: [at(0, 'x2')] }),
    'half a transaction',
    'offset without its transaction',
  ],
  'an aborted record in the end': [
    (story) => {
      const orders = partitionOf(story, 'orders')
      orders.committed = [...orders.all]
    },
    'aborted, and read',
    'appeared behind a reader',
  ],
  'a record of a transaction that nobody asked to commit': [
    ({ history }) => void (history.transactions[2]!.asked = 'nothing'),
    'aborted, and read',
  ],
  'an aborted record was read once': [
    ({ history }) => void history.reads.push(read('orders', true, 1, 2, [at(1, 'y')])),
    'aborted, and read',
  ],
  'a copy that was aborted was read once': [
    (story) => {
      const records = [at(3, copyOf('aborted'))]
      partitionOf(story, 'copies').all.push(...records)
      story.history.reads.push(read('copies', true, 3, 4, records))
    },
    'aborted, and read',
  ],
  'a record that appeared behind a reader of committed ones': [
    ({ history }) => void history.reads.push(read('orders', true, 1, 3, [])),
    'appeared behind a reader',
  ],
  'the offset of an aborted transaction': [
    ({ outcome }) => void outcome.groupOffsets.splice(2, 1, { ...outcome.groupOffsets[2]!, offset: 2 }),
    'offset without its transaction',
  ],
  'the offset of a committed transaction is missing': [
    ({ outcome }) => void outcome.groupOffsets.splice(2, 1),
    'offset without its transaction',
  ],
  'a commit that was answered is gone': [
    ({ history }) => void history.commits.push({ ...history.commits[0]!, offset: 9, begun: 5, answered: 6 }),
    'commit went back',
  ],
  'a commit that was read is gone': [
    ({ history }) => void history.commitsRead.push({ ...history.commitsRead[0]!, offset: 1, begun: 5, answered: 6 }),
    'commit went back',
  ],
  'an end goes back': [
    ({ history }) => void history.ends.push({ ...history.ends[0]!, stable: 3, begun: 5, answered: 6 }),
    'end went back',
  ],
  'a stable end goes back': [
    ({ history }) => void history.ends.push({ ...history.ends[1]!, stable: 1, begun: 5, answered: 6 }),
    'stable end went back',
  ],
  'a start goes back': [
    (story) => void (story.history.ends[1] = { ...story.history.ends[1]!, start: 1 }),
    'start went back',
  ],
  'a transaction that stays open': [(story) => void (partitionOf(story, 'orders').stable = 1), 'never stable'],
  'a key has an older value': [(story) => rewrite(story, 'table', [at(1, 'k2', 'k')]), 'old value of a key'],
  'an aborted value of a key': [
    ({ history }) => {
      const write = history.writes.find(({ value }) => value === 'k3')!
      history.writes.splice(history.writes.indexOf(write), 1, { ...write, transaction: transaction(4, 'aborted') })
    },
    'aborted, and read',
  ],
  'a copy is there twice': [
    (story) => rewrite(story, 'copies', [...partitionOf(story, 'copies').all, at(3, copyOf('c'))]),
    'copied twice',
  ],
  'a record is not copied': [
    (story) => rewrite(story, 'copies', partitionOf(story, 'copies').all.slice(0, 2)),
    'not copied',
  ],
  'the offset of the copies stays behind': [
    ({ outcome }) => void outcome.groupOffsets.splice(1, 1, { ...outcome.groupOffsets[1]!, offset: 2 }),
    'not copied',
  ],
  'damage takes other segments with it': [
    (story) => {
      const brittle = partitionOf(story, 'brittle')
      brittle.refused.push(2)
      brittle.all.pop()
    },
    'damage spread',
    'lost',
  ],
  'damage is passed over': [(story) => void (partitionOf(story, 'brittle').refused = []), 'damage untold'],
  'damage is read as if it were whole': [
    (story) => {
      const brittle = partitionOf(story, 'brittle')
      brittle.all.splice(1, 0, at(1, 'G'))
      brittle.refused = []
    },
    'never sent',
    'lost',
  ],
  'damage that the log does not name': [({ outcome }) => outcome.troubles.clear(), 'damage untold'],
  'trouble elsewhere': [({ outcome }) => void outcome.troubles.set('events', 'WEIR-3007 …'), 'trouble without damage'],
}

void describe('the checks of a tortured log', () => {
  void test('find nothing where all is well', () => {
    const { history, outcome } = soundStory()
    assert.deepEqual(checkHistory(history, outcome), [])
  })

  for (const [name, [plant, ...rules]] of Object.entries(plants))
    void test(`find ${name}`, () => {
      const story = soundStory()
      plant(story)
      const found = checkHistory(story.history, story.outcome)
      assert.deepEqual([...new Set(found.map(({ rule }) => rule))].toSorted(), rules.toSorted(), JSON.stringify(found))
    })
})
