import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { consumerGroupHeartbeatApi } from '../../src/stream/protocol/apis/consumer-group-heartbeat.ts'
import { createTopicsApi } from '../../src/stream/protocol/apis/create-topics.ts'
import { heartbeatApi } from '../../src/stream/protocol/apis/heartbeat.ts'
import { joinGroupApi } from '../../src/stream/protocol/apis/join-group.ts'
import { offsetCommitApi } from '../../src/stream/protocol/apis/offset-commit.ts'
import { offsetFetchApi } from '../../src/stream/protocol/apis/offset-fetch.ts'
import { syncGroupApi } from '../../src/stream/protocol/apis/sync-group.ts'
import { encodeSubscription } from '../../src/stream/protocol/consumer-protocol.ts'
import { kafkaErrors } from '../../src/stream/protocol/errors.ts'
import { askKafka } from '../support/ask-kafka.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'

const kills = 5

/** A log in a process of its own, which is killed and started again. */
async function killableLog() {
  const directory = mkdtempSync(join(tmpdir(), 'weir-kill-groups-'))
  let child: ChildProcess
  let port = 0
  async function start(): Promise<void> {
    child = fork(new URL('log-killed.ts', import.meta.url), [directory])
    ;[port] = (await once(child, 'message')) as [number]
  }
  await start()
  return {
    get port() {
      return port
    },
    async killAndStart() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
      await start()
    },
    end() {
      child.kill('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

type Log = Awaited<ReturnType<typeof killableLog>>

async function createTopics(log: Log): Promise<void> {
  const topics = ['orders', 'visits'].map((name) => ({ name, numPartitions: 4, replicationFactor: 1 }))
  await askKafka(log.port, createTopicsApi, 7, { topics, timeoutMs: 10_000 })
}

async function commit(log: Log, groupId: string, memberId: string, epoch: number, offset: number): Promise<number> {
  const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: '' }]
  const answer = await askKafka(log.port, offsetCommitApi, 9, {
    groupId,
    memberId,
    generationIdOrMemberEpoch: epoch,
    topics: [{ name: 'orders', partitions }],
  })
  return answer.topics[0]!.partitions[0]!.errorCode
}

async function committed(log: Log, groupId: string): Promise<number> {
  const answer = await askKafka(log.port, offsetFetchApi, 9, {
    groups: [{ groupId, memberId: null, memberEpoch: -1, topics: [{ name: 'orders', partitionIndexes: [0] }] }],
  })
  return answer.groups[0]!.topics[0]!.partitions[0]!.committedOffset
}

/** Does the work again and again while the log is killed and started at a random moment. */
async function untilKilled(log: Log, afterMs: number, work: () => Promise<void>): Promise<void> {
  let isOver = false
  const working = (async () => {
    while (!isOver) await work().catch((error: unknown) => assert.ok(isOver || isLost(error), String(error)))
  })()
  await pause(afterMs)
  isOver = true
  await log.killAndStart()
  await working
}

function isLost(error: unknown): boolean {
  return !(error instanceof assert.AssertionError)
}

void test('classic: what was told of generations and commits is true after a kill, and members go on (INV-G1, G3, G9)', async (context) => {
  const random = seededRandom(chosenSeed(context))
  const log = await killableLog()
  const group = 'classic'
  const ask = <R extends object>(more: R) => ({ groupId: group, ...more })
  const join = (memberId: string) => {
    const protocols = [{ name: 'range', metadata: encodeSubscription({ topics: ['orders'] }, 0) }]
    const timeouts = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 10_000 }
    return askKafka(log.port, joinGroupApi, 3, ask({ memberId, ...timeouts, protocolType: 'consumer', protocols }))
  }
  const sync = (memberId: string, generationId: number) => {
    const assignments = [{ memberId, assignment: Buffer.from(String(generationId)) }]
    return askKafka(log.port, syncGroupApi, 2, ask({ memberId, generationId, assignments }))
  }
  try {
    await createTopics(log)
    const { memberId } = await join('')
    const told = { generation: 1, assigned: 0, offset: -1 }
    for (let round = 0; round < kills; round++) {
      let isStable = false
      await untilKilled(log, random.pick(150), async () => {
        isStable = false
        // The leader that joins again begins a generation.
        told.generation = (await join(memberId)).generationId
        const { errorCode } = await sync(memberId, told.generation)
        if (errorCode === 0) told.assigned = told.generation
        isStable = true
        if ((await commit(log, group, memberId, told.generation, told.offset + 1)) === 0) told.offset++
      })
      const { errorCode } = await askKafka(log.port, heartbeatApi, 2, ask({ memberId, generationId: told.generation }))
      const hasBegunAnother = errorCode === kafkaErrors.ILLEGAL_GENERATION
      assert.ok(errorCode === 0 || (!isStable && hasBegunAnother), `${errorCode} in generation ${told.generation}`)
      if (isStable) assert.equal((await sync(memberId, told.assigned)).assignment.toString(), String(told.assigned))
      assert.ok((await committed(log, group)) >= told.offset, `${told.offset} was committed`)
      const { generationId } = await join(memberId)
      assert.ok(generationId >= told.generation, `generation ${generationId} after ${told.generation}`)
      told.generation = generationId
      await sync(memberId, generationId)
    }
    assert.ok(told.generation > kills && told.offset >= 0)
  } finally {
    log.end()
  }
})

void test('consumer: what was told of epochs, partitions and commits is true after a kill, and members go on (INV-G1, G3, G9)', async (context) => {
  const random = seededRandom(chosenSeed(context))
  const log = await killableLog()
  const groupId = 'consumer'
  let topicPartitions: { topicId: string; partitions: number[] }[] = []
  const told = { epoch: 0, offset: -1 }
  let subscribedTopicNames = ['orders']
  /** All of itself, as after a lost answer. */
  const beat = async (): Promise<number> => {
    const owned = told.epoch === 0 ? [] : topicPartitions
    const itself = { memberId: 'm', memberEpoch: told.epoch, rebalanceTimeoutMs: 60_000, subscribedTopicNames }
    const request = { groupId, ...itself, topicPartitions: owned, instanceId: null, rackId: null, serverAssignor: null }
    const answer = await askKafka(log.port, consumerGroupHeartbeatApi, 1, request)
    if (answer.errorCode !== 0) return answer.errorCode
    assert.ok(answer.memberEpoch >= told.epoch, `epoch ${answer.memberEpoch} after ${told.epoch}`)
    told.epoch = answer.memberEpoch
    topicPartitions = (answer.assignment?.topicPartitions ?? topicPartitions).map((topic) => ({
      topicId: topic.topicId,
      partitions: [...topic.partitions],
    }))
    return 0
  }
  try {
    await createTopics(log)
    assert.equal(await beat(), 0)
    for (let round = 0; round < kills; round++) {
      await untilKilled(log, random.pick(150), async () => {
        subscribedTopicNames = subscribedTopicNames.length === 1 ? ['orders', 'visits'] : ['orders']
        assert.equal(await beat(), 0)
        assert.equal(await beat(), 0)
        if ((await commit(log, groupId, 'm', told.epoch, told.offset + 1)) === 0) told.offset++
      })
      assert.ok((await committed(log, groupId)) >= told.offset, `${told.offset} was committed`)
      assert.equal(await beat(), 0, 'it is not fenced')
      assert.equal(await beat(), 0)
      const count = topicPartitions.reduce((sum, { partitions }) => sum + partitions.length, 0)
      assert.equal(count, 4 * subscribedTopicNames.length, 'it has all')
    }
    assert.ok(told.epoch > kills && told.offset >= 0)
  } finally {
    log.end()
  }
})
