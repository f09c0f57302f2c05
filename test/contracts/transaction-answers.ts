import { setTimeout as pause } from 'node:timers/promises'
import { findCoordinatorApi } from '../../src/stream/protocol/apis/find-coordinator.ts'
import { askKafka } from '../support/ask-kafka.ts'
import { eventually } from '../support/deadline.ts'
import { openTransactionDesk, type Identity, type TransactionDesk } from '../support/transaction-desk.ts'

/** A step of a script, and what the broker said to it. */
export type Answered = readonly [step: string, answer: unknown]

/**
 * What a broker answers to scripted producers of both dialects: the same requests in the same order, so that two brokers can be held
 * against each other. Epochs are counted from the first one; ids are left out.
 */
export async function transactionAnswers(port: number): Promise<readonly Answered[]> {
  const answers: Answered[] = []
  for (const [name, script] of Object.entries(scripts)) {
    const desk = await openTransactionDesk(() => port, `answers-${name}`, `answers-${name}`)
    await findCoordinators(port)
    const say = (step: string, answer: unknown): void => void answers.push([`${name}: ${step}`, answer])
    await script(settled(desk), say)
  }
  return answers
}

/** The protocol's numbers. */
const coordinatorOf = { groups: 0, transactions: 1 } as const

/** A Kafka makes the topics that its coordinators keep their state in when they are first looked for. */
export async function findCoordinators(port: number): Promise<void> {
  for (const keyType of [coordinatorOf.groups, coordinatorOf.transactions])
    await eventually('a coordinator', async () => {
      const { coordinators } = await askKafka(port, findCoordinatorApi, 4, { keyType, coordinatorKeys: ['any'] })
      return coordinators[0]?.errorCode === 0 ? true : undefined
    })
}

type Say = (step: string, answer: unknown) => void
type Script = (desk: TransactionDesk, say: Say) => Promise<void>

/** A broker that does not know its coordinator yet, or writes markers, is asked again: how long that takes is not compared. */
function settled(desk: TransactionDesk): TransactionDesk {
  const passing = new Set([
    'COORDINATOR_NOT_AVAILABLE',
    'NOT_COORDINATOR',
    'COORDINATOR_LOAD_IN_PROGRESS',
    'CONCURRENT_TRANSACTIONS',
    'NOT_ENOUGH_REPLICAS',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'UNKNOWN_TOPIC_ID',
    'NOT_LEADER_OR_FOLLOWER',
    'UNSTABLE_OFFSET_COMMIT',
  ])
  const errorOf = (answer: unknown): unknown =>
    typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : answer
  const patient = Object.entries(desk).map(([name, ask]) => {
    if (typeof ask !== 'function') return [name, ask]
    return [
      name,
      async (...words: never[]) => {
        for (let tries = 0; ; tries++) {
          const answer: unknown = await (ask as (...all: never[]) => Promise<unknown>)(...words)
          if (tries === 50 || !passing.has(String(errorOf(answer)))) return answer
          await pause(100)
        }
      },
    ]
  })
  return Object.fromEntries(patient) as TransactionDesk
}

const identityOf = ({ producerId, producerEpoch }: Identity): Identity => ({ producerId, producerEpoch })

/** Where readers of what is committed, and of all, end: the same place when the markers are there, which a Kafka writes after its answer. */
function settledEnds(desk: TransactionDesk): Promise<readonly number[]> {
  return eventually('the markers are written', async () => {
    const ends = [await desk.latest(1), await desk.latest(0)]
    return ends[0] === ends[1] ? ends : undefined
  })
}

const scripts: Readonly<Record<string, Script>> = {
  async classic(desk, say) {
    const identity = await desk.init(3)
    say('init', [identity.error, identity.producerEpoch])
    for (const version of [7, 10, 11])
      say(`produce ${version} without adding`, await desk.produce(version, identity, 0, 'a'))
    for (const version of [3, 4])
      say(`offsets ${version} without adding`, await desk.commitOffset(version, identity, 5))
    say('end of nothing', (await desk.end(3, identity, true)).error)
    say('abort of nothing', (await desk.end(3, identity, false)).error)
    say('add', await desk.addPartitions(3, identity))
    say('produce', await desk.produce(9, identity, 0, 'a'))
    say('produce again', await desk.produce(9, identity, 0, 'a'))
    say('produce with a gap', await desk.produce(9, identity, 5, 'a'))
    say('produce elsewhere', await desk.produce(9, identity, 0, 'a', 1))
    say('stable end', [await desk.latest(1), await desk.latest(0)])
    say('add offsets', await desk.addOffsets(identity))
    say('commit offsets', await desk.commitOffset(3, identity, 5))
    say('offset', await desk.offset(false))
    say('commit', (await desk.end(3, identity, true)).error)
    say('commit again', (await desk.end(3, identity, true)).error)
    say('abort after it', (await desk.end(3, identity, false)).error)
    say('offset after it', await desk.offset(true))
    say('late batch', await desk.produce(9, identity, 1, 'late'))
    say('late batch 11', await desk.produce(11, identity, 1, 'late'))
    say('stable end after it', await settledEnds(desk))
  },
  async newer(desk, say) {
    const identity = await desk.init(5)
    say('init', [identity.error, identity.producerEpoch])
    say('begins in the middle', await desk.produce(12, identity, 3, 'a'))
    say('produce', await desk.produce(12, identity, 0, 'a'))
    say('produce again', await desk.produce(13, identity, 0, 'a'))
    say('offsets', await desk.commitOffset(5, identity, 7))
    const ended = await desk.end(5, identity, true)
    say('commit', [ended.error, ended.producerEpoch])
    const again = await desk.end(5, identity, true)
    say('commit again', [again.error, again.producerEpoch])
    say('abort after it', (await desk.end(5, identity, false)).error)
    say('late batch', await desk.produce(13, identity, 1, 'late'))
    say('late offsets', await desk.commitOffset(5, identity, 8))
    const second = identityOf(ended)
    say('commit of nothing', (await desk.end(5, second, true)).error)
    const emptied = await desk.end(5, second, false)
    say('abort of nothing', [emptied.error, emptied.producerEpoch])
    const third = identityOf(emptied)
    say('next', await desk.produce(13, third, 0, 'b'))
    say('offset', await desk.offset(true))
    const aborted = await desk.end(5, third, false)
    say('abort', [aborted.error, aborted.producerEpoch])
    say('stable end', await settledEnds(desk))
    const fetched = await desk.fetch(1)
    say(
      'aborted',
      fetched.abortedTransactions?.map(({ firstOffset }) => firstOffset),
    )
    say('uncommitted', (await desk.fetch(0)).abortedTransactions)
  },
  async fencing(desk, say) {
    const first = await desk.init(4)
    say('produce', await desk.produce(13, first, 0, 'a'))
    const second = await desk.init(4)
    say('init of another', [second.error, second.producerEpoch])
    for (const version of [1, 3]) say(`end ${version} of the first`, (await desk.end(version, first, true)).error)
    say('end 5 of the first', (await desk.end(5, first, false)).error)
    for (const version of [1, 3]) say(`add ${version} of the first`, await desk.addPartitions(version, first))
    for (const version of [9, 11, 13])
      say(`produce ${version} of the first`, await desk.produce(version, first, 1, 'b'))
    for (const version of [3, 4, 5]) say(`offsets ${version} of the first`, await desk.commitOffset(version, first, 1))
    for (const version of [3, 4])
      say(`init ${version} of the first`, (await desk.init(version, identityOf(first))).error)
    const goesOn = await desk.init(4, identityOf(second))
    say('init of the second', [goesOn.error, goesOn.producerEpoch])
    const repeated = await desk.init(4, identityOf(second))
    say('the same again', [repeated.error, repeated.producerEpoch])
    const stranger = { producerId: second.producerId + 1000, producerEpoch: 0 }
    say('init of a stranger', (await desk.init(4, stranger)).error)
    say('add of a stranger', await desk.addPartitions(3, stranger))
    say('produce of a stranger', await desk.produce(11, stranger, 0, 'c'))
    say('offsets of a stranger', await desk.commitOffset(5, stranger, 1))
    for (const timeoutMs of [0, -1, 900_001])
      say(`timeout ${timeoutMs}`, (await desk.init(4, undefined, timeoutMs)).error)
    say('half an identity', (await desk.init(4, { producerId: -1, producerEpoch: 3 })).error)
  },
  async groups(desk, say) {
    const identity = await desk.init(5)
    const member = { generationId: 3, memberId: 'm' }
    say('member of no group', await desk.commitOffset(5, identity, 1, member))
    say('no member', await desk.commitOffset(5, identity, 1))
    say('state', (await desk.describe()).transactionState)
    say(
      'places',
      (await desk.describe()).topics.map(({ topic }) => topic),
    )
    say('abort', (await desk.end(5, identity, false)).error)
    say('offset', await desk.offset(true))
  },
}
