import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { systemClock, type Clock } from '../../src/kernel/clock.ts'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { silentLogger } from '../../src/kernel/logger.ts'
import type { Broker } from '../../src/stream/broker/broker.ts'
import { startBroker } from '../../src/stream/broker/start-broker.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { eventually } from '../support/deadline.ts'
import { recordFiles, type Recording } from '../support/power-cut/record-files.ts'
import { replayTo } from '../support/power-cut/replay.ts'
import { openRawTransactions } from '../support/raw-transactions.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import { readCommitted } from './read-committed.ts'

interface CutTransaction {
  readonly values: string[]
  readonly isCommit: boolean
  askedAt: number
  toldAt: number
}

const topic = 'orders'
const partitions = 3
const writers = 3

async function start(directory: string, files: Files, clock: Clock): Promise<Broker> {
  const limits = { transactionCheckIntervalMs: 5 }
  const config = { directory, host: '127.0.0.1', port: 0, autoCreateTopics: false, defaultPartitions: 1, limits }
  return startBroker(config, { files, clock, logger: silentLogger, metrics: new Registry() })
}

async function write(
  port: number,
  client: KafkaClient,
  recording: Recording,
  random: Random,
  rounds: number,
): Promise<readonly CutTransaction[]> {
  await client.topics.create([{ name: topic, partitions, configs: { 'internal.segment.bytes': '2048' } }])
  const [{ id: topicId } = { id: '' }] = await client.topics.describe([topic])
  const transactions: CutTransaction[] = []
  const running = Array.from({ length: writers }, async (_, writer) => {
    const topicIds = new Map([[topic, topicId]])
    const target = { port, topicIds, transactionalId: `w${writer}`, timeoutMs: 60_000 }
    const producer = await openRawTransactions(target)
    for (let round = 0; round < rounds; round++) {
      const isCommit = random.chance(0.6)
      const transaction: CutTransaction = { values: [], isCommit, askedAt: Infinity, toldAt: Infinity }
      transactions.push(transaction)
      for (let left = 1 + random.pick(3); left > 0; left--) {
        const value = `${writer}/${round}/${left}`
        transaction.values.push(value)
        const partition = random.pick(partitions)
        await producer.write({ topic, partition }, [value.padEnd(random.pick(200), '-')])
      }
      transaction.askedAt = recording.now()
      await producer.end(isCommit)
      transaction.toldAt = recording.now()
    }
  })
  await Promise.all(running)
  return transactions
}

function check(transactions: readonly CutTransaction[], found: readonly string[], cut: number): void {
  const seen = new Set(found)
  assert.equal(seen.size, found.length, `after a cut at ${cut} a record is there twice (INV-X7)`)
  for (const { values, isCommit, askedAt, toldAt } of transactions) {
    const present = values.filter((value) => seen.has(value)).length
    const where = `after a cut at ${cut} a transaction (${isCommit ? 'commit' : 'abort'} asked at ${askedAt}, told at ${toldAt}) has ${present} of ${values.length} values`
    assert.ok(present === 0 || present === values.length, where)
    if (toldAt <= cut && isCommit) assert.equal(present, values.length, where)
    if (!isCommit || askedAt > cut) assert.equal(present, 0, where)
  }
}

async function checkAfter(directory: string, transactions: readonly CutTransaction[], cut: number): Promise<void> {
  // Much later: what was open has timed out.
  const later = { ...systemClock, now: () => Date.now() + 3_600_000 }
  const broker = await start(directory, nodeFiles, later)
  const client = await connectKafka({ bootstrap: `127.0.0.1:${broker.port}`, deadlineMs: 3000 })
  try {
    if ((await client.topics.describe([topic])).length === 0) return
    const ended = async (): Promise<true | undefined> => {
      const ends = await client.offsets.list(topic, 'end')
      const stable = await client.offsets.list(topic, 'stable end')
      return [...ends].every(([partition, end]) => stable.get(partition) === end) ? true : undefined
    }
    await eventually(`all transactions to end after a cut at ${cut}`, ended, 8000)
    const found = await Promise.all(Array.from({ length: partitions }, (_, at) => readCommitted(client, topic, at)))
    check(
      transactions,
      found.flat().map((value) => value.replace(/-+$/, '')),
      cut,
    )
  } finally {
    await client.close()
    await broker.stop()
  }
}

/** Records a log at work on transactions, cuts the power at random moments, starts the log on what is left and looks. */
export async function cutTransactionPower(
  seed: number,
  {
    rounds,
    cuts,
    careless = (files) => files,
  }: { readonly rounds: number; readonly cuts: number; readonly careless?: (files: Files) => Files },
): Promise<void> {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'weir-cut-txn-'))
  try {
    const root = join(folder, 'log')
    mkdirSync(root)
    const recording = recordFiles(nodeFiles, root)
    const broker = await start(root, careless(recording.files), systemClock)
    const client = await connectKafka({ bootstrap: `127.0.0.1:${broker.port}`, deadlineMs: 3000 })
    const transactions = await write(broker.port, client, recording, random, rounds)
    await client.close()
    await broker.stop()
    const lastMoment = Math.max(...transactions.map(({ toldAt }) => toldAt))
    for (let round = 0; round < cuts; round++) {
      const cut = random.pick(lastMoment + 1)
      const into = join(folder, `cut-${round}`)
      replayTo(recording.history, cut, random.pick(2 ** 31), into)
      await checkAfter(into, transactions, cut)
      rmSync(into, { recursive: true })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
