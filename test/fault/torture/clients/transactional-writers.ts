import { setTimeout as pause } from 'node:timers/promises'
import { connectKafka } from '../../../../src/stream/client/connect.ts'
import { openRawTransactions } from '../../../support/raw-transactions.ts'
import type { GroupOffset, Transaction, Write } from '../history.ts'
import { kafkajsFor, workAgainAndAgain, type Closable, type ClientWork } from './client-work.ts'
import { noteOffsets, type WriterTarget } from './unique-writers.ts'

/** A producer of one dialect of transactions. */
interface TransactionalSender extends Closable {
  /** One batch; `write` says where it lies. */
  send(writes: readonly Write[]): Promise<void>
  commitOffset(offset: GroupOffset): Promise<void>
  end(isCommit: boolean): Promise<void>
}

export const writersGroup = 'writers'
const timeoutMs = 3000

/**
 * One transactional id, under which producers of a dialect write to several topics, commit and abort. Where anything fails, the
 * outcome is unknown, and another producer takes the id over. `place` is the writer's own in the group.
 */
export async function writeTransactions(
  work: ClientWork,
  targets: readonly WriterTarget[],
  dialect: 'KIP-890' | 'kafkajs',
  place: number,
): Promise<void> {
  const { history, random } = work
  let last = 0

  function begin(): Transaction {
    const transaction: Transaction = { number: ++last, asked: 'nothing', outcome: 'unknown' }
    history.transactions.push(transaction)
    return transaction
  }

  function batchOf(transaction: Transaction, at: number): readonly Write[] {
    // The first goes where nothing is ever taken away: by it the others are judged.
    const target = at === 0 ? targets[0]! : random.oneOf(targets)
    const partition = random.pick(target.partitions)
    const writes = Array.from({ length: 1 + random.pick(3) }, (_, record) => {
      const key = target.keys === undefined ? {} : { key: `${dialect}-${partition}-${random.pick(target.keys)}` }
      const value = `${dialect}.${transaction.number}.${at}.${record}`.padEnd(random.pick(100), '-')
      return { topic: target.topic, partition, producer: dialect, value, ...key, transaction, acknowledged: false }
    })
    history.writes.push(...writes)
    return writes
  }

  async function write(sender: TransactionalSender, transaction: Transaction): Promise<void> {
    const batches = 1 + random.pick(3)
    for (let at = 0; at < batches; at++) await sender.send(batchOf(transaction, at))
    if (!random.chance(0.5)) return
    transaction.offset = { group: writersGroup, topic: targets[0]!.topic, partition: place, offset: transaction.number }
    await sender.commitOffset(transaction.offset)
  }

  await workAgainAndAgain(
    work,
    () => (dialect === 'kafkajs' ? openKafkajs(work.port) : openRaw(work.port, targets)),
    async (sender) => {
      const transaction = begin()
      await write(sender, transaction)
      const isCommit = random.chance(0.7)
      transaction.asked = isCommit ? 'commit' : 'abort'
      await sender.end(isCommit)
      transaction.outcome = isCommit ? 'committed' : 'aborted'
      await pause(random.pick(20))
    },
  )
}

async function openRaw(port: number, targets: readonly WriterTarget[]): Promise<TransactionalSender> {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${port}`, deadlineMs: 3000 })
  const described = await client.topics.describe(targets.map(({ topic }) => topic))
  await client.close()
  const topicIds = new Map(described.map(({ name, id }) => [name, id]))
  const raw = await openRawTransactions({ port, topicIds, transactionalId: 'KIP-890', timeoutMs })
  return {
    async send(writes) {
      const [{ topic, partition }] = writes as [Write]
      const baseOffset = await raw.write({ topic, partition }, writes)
      noteOffsets(writes, [{ partition, baseOffset: String(baseOffset) }])
    },
    commitOffset: ({ group, ...offset }) => raw.commitOffset(group, offset),
    end: (isCommit) => raw.end(isCommit),
    close: async () => {},
  }
}

async function openKafkajs(port: number): Promise<TransactionalSender> {
  const producer = kafkajsFor(port, 'transactions').producer({
    transactionalId: 'kafkajs',
    transactionTimeout: timeoutMs,
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  type KafkajsTransaction = Awaited<ReturnType<typeof producer.transaction>>
  let open: KafkajsTransaction | undefined
  const current = async (): Promise<KafkajsTransaction> => (open ??= await producer.transaction())
  return {
    async send(writes) {
      const messages = writes.map(({ value, key = null, partition }) => ({ value, key, partition }))
      noteOffsets(writes, await (await current()).send({ topic: writes[0]!.topic, messages }))
    },
    async commitOffset({ group: consumerGroupId, topic, partition, offset }) {
      const topics = [{ topic, partitions: [{ partition, offset: String(offset) }] }]
      await (await current()).sendOffsets({ consumerGroupId, topics })
    },
    async end(isCommit) {
      const transaction = await current()
      open = undefined
      await (isCommit ? transaction.commit() : transaction.abort())
    },
    close: () => producer.disconnect(),
  }
}
