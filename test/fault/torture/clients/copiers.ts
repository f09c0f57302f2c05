import { setTimeout as pause } from 'node:timers/promises'
import type { Producer } from 'kafkajs'
import { connectKafka } from '../../../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../../../src/stream/client/kafka-client.ts'
import { nameOfKafkaError } from '../../../../src/stream/protocol/errors.ts'
import { copyOf } from '../checks/check-copies.ts'
import type { Copy, FoundRecord } from '../history.ts'
import { recordsIn } from '../read-records.ts'
import { kafkajsFor, workAgainAndAgain, type Closable, type ClientWork } from './client-work.ts'

/** Who copies a partition at the moment; it fenced the one before it, and only then looked how far that one came. */
interface Copier extends Closable {
  readonly client: KafkaClient
  readonly producer: Producer
  readonly until: number
  /** The first offset that is not copied. */
  next: number
}

/**
 * Copies the records of a partition, each batch in a transaction with the offset behind it. Several do that to one partition under
 * one transactional id: each that begins takes it over from another.
 */
export async function copyRecords(work: ClientWork, copy: Copy, partition: number): Promise<void> {
  const { random } = work
  await workAgainAndAgain(
    work,
    async () => {
      await pause(random.pick(800))
      return openCopier(work, copy, partition)
    },
    async (copier) => {
      if (performance.now() > copier.until) throw new Error('it makes room for another one')
      await copyOnce(work, copy, copier, partition)
    },
  )
}

async function openCopier({ port, random }: ClientWork, { group, from }: Copy, partition: number): Promise<Copier> {
  const transactionalId = `${group}-${partition}`
  const producer = kafkajsFor(port, transactionalId).producer({
    transactionalId,
    transactionTimeout: 10_000,
    idempotent: true,
    maxInFlightRequests: 1,
  })
  const client = await connectKafka({ bootstrap: `127.0.0.1:${port}`, deadlineMs: 5000 })
  const close = async (): Promise<void> => {
    await Promise.allSettled([producer.disconnect(), client.close()])
  }
  try {
    await producer.connect()
    // It begins under the id, which fences.
    await (await producer.transaction()).abort()
    const next = (await client.offsets.committed(group, from)).get(partition) ?? 0
    return { client, producer, next, until: performance.now() + 500 + random.pick(4000), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function copyOnce(
  { random }: ClientWork,
  { group, from, to }: Copy,
  copier: Copier,
  partition: number,
): Promise<void> {
  const found = await readNext(copier, from, partition)
  if (found.length === 0) return pause(20)
  const transaction = await copier.producer.transaction()
  await transaction.send({ topic: to, messages: found.map(({ value }) => ({ value: copyOf(value), partition })) })
  const behind = found.at(-1)!.offset + 1
  const topics = [{ topic: from, partitions: [{ partition, offset: String(behind) }] }]
  await transaction.sendOffsets({ consumerGroupId: group, topics })
  if (random.chance(0.2)) return transaction.abort()
  await transaction.commit()
  copier.next = behind
}

async function readNext({ client, next }: Copier, topic: string, partition: number): Promise<readonly FoundRecord[]> {
  const partitions = [{ partition, offset: next, bytesMax: 20_000 }]
  const [answer] = await client.fetch({ topic, partitions, waitMs: 100, isolation: 'committed' })
  if (answer!.errorCode !== 0) throw new Error(`${topic}-${partition}: ${nameOfKafkaError(answer!.errorCode)}`)
  return recordsIn(answer!, next, true).records
}
