import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { eventually } from '../support/deadline.ts'
import { freePorts } from '../support/free-port.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { readCommitted } from './read-committed.ts'
import { group, writeTransactions, type WrittenTransaction } from './transactional-writers.ts'

export interface TransactionKills {
  readonly committed: number
  readonly aborted: number
  readonly unknown: number
}

const topic = 'orders'
const partitions = 3

/** Kills the log again and again while transactions are written; in the end each one is there as a whole or not at all. */
export async function killTransactions(seed: number, kills: number, aliveMs: number): Promise<TransactionKills> {
  const random = seededRandom(seed)
  const directory = mkdtempSync(join(tmpdir(), 'weir-kill-txn-'))
  const [port] = (await freePorts(1)) as [number]
  let child = await startLog(directory, port)
  try {
    const client = await connectKafka({ bootstrap: `127.0.0.1:${port}`, deadlineMs: 20_000 })
    // Small segments, so that what is aborted has to be found over many files.
    await client.topics.create([{ name: topic, partitions, configs: { 'internal.segment.bytes': '16384' } }])
    const writing = writeTransactions({ port, topic, partitions }, random)
    let seen: readonly (readonly string[])[] = []
    for (let round = 0; round < kills; round++) {
      // Most of the time something has ended before, however slow the machine is; else the kill meets the recovery.
      if (random.chance(0.75)) await moreEnded(writing.transactions, 3)
      await pause(random.pick(aliveMs))
      const killed = once(child, 'exit')
      child.kill('SIGKILL')
      await killed
      child = await startLog(directory, port)
      const now = await readAll(client)
      // Committed reading never takes anything back, and nothing comes in front of what was read (INV-X2, INV-X4).
      seen.forEach((before, partition) => assert.deepEqual(now[partition]!.slice(0, before.length), before))
      seen = now
    }
    await writing.stop()
    await eventually('all transactions to end', () => allEnded(client), 60_000)
    checkWhole(writing.transactions, (await readAll(client)).flat())
    await checkOffset(client, writing.transactions)
    await client.close()
    return countsOf(writing.transactions)
  } finally {
    child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
}

async function startLog(directory: string, port: number): Promise<ChildProcess> {
  const child = fork(new URL('log-killed.ts', import.meta.url), [directory, String(port)])
  await once(child, 'message')
  return child
}

async function moreEnded(transactions: readonly WrittenTransaction[], wanted: number): Promise<void> {
  const endedCount = (): number => transactions.filter(({ outcome }) => outcome !== 'unknown').length
  const before = endedCount()
  await eventually('transactions to end', () => endedCount() >= before + wanted || undefined, 60_000)
}

function readAll(client: KafkaClient): Promise<readonly (readonly string[])[]> {
  return Promise.all(Array.from({ length: partitions }, (_, partition) => readCommitted(client, topic, partition)))
}

async function allEnded(client: KafkaClient): Promise<true | undefined> {
  const [stable, ends] = await Promise.all([
    client.offsets.list(topic, 'stable end'),
    client.offsets.list(topic, 'end'),
  ])
  return [...ends].every(([partition, end]) => stable.get(partition) === end) ? true : undefined
}

function checkWhole(transactions: readonly WrittenTransaction[], values: readonly string[]): void {
  const seen = new Set(values)
  assert.equal(seen.size, values.length, 'a record is there twice (INV-X7)')
  for (const { number, values: written, outcome } of transactions) {
    const present = written.filter(({ value }) => seen.has(value)).length
    const where = `transaction ${number}, ${outcome}: ${present} of ${written.length} values are there`
    if (outcome === 'committed') assert.equal(present, written.length, where)
    if (outcome === 'aborted') assert.equal(present, 0, where)
    // A commit of unknown outcome had written all of them before.
    assert.ok(present === 0 || present === written.length, where)
  }
}

/** The group stands where the last committed transaction with an offset put it, or a later one of unknown outcome. */
async function checkOffset(client: KafkaClient, transactions: readonly WrittenTransaction[]): Promise<void> {
  const offset = (await client.offsets.committed(group, topic)).get(0) ?? -1
  const withOffset = transactions.filter(({ hasOffset }) => hasOffset)
  const found = withOffset.find(({ number }) => number === offset)
  assert.ok(found && found.outcome !== 'aborted', `the group stands at ${offset}, which is ${found?.outcome}`)
}

function countsOf(transactions: readonly WrittenTransaction[]): TransactionKills {
  const count = (wanted: WrittenTransaction['outcome']): number =>
    transactions.filter(({ outcome }) => outcome === wanted).length
  return { committed: count('committed'), aborted: count('aborted'), unknown: count('unknown') }
}
