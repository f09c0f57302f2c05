import type { CheckedBatch } from '../../src/stream/broker/storage/checked-batch.ts'
import { KafkaRefusal } from '../../src/stream/broker/kafka-refusal.ts'
import type { Outcome } from '../../src/stream/broker/transactions/coordinator.ts'
import { BatchBuilder, setProducer } from '../../src/stream/protocol/records/batch-builder.ts'
import { batchField, readBatchHeader } from '../../src/stream/protocol/records/batch-header.ts'
import type { Random } from '../support/seeded-random.ts'
import { topicId, type SimulatedBroker } from './broker.ts'
import type { Identity, Witness, WitnessedTransaction } from './witness.ts'

/** No answer came: the request may have been carried out or not. */
export class Lost extends Error {}

export interface ProducerPorts {
  readonly random: Random
  readonly witness: Witness
  readonly partitions: number
  readonly timeoutMs: number
  /**
   * One request over the network; rejects with Lost. It may then still come, much later, unless the dialect has nothing against that: in the
   * classic one an end or an offset of an earlier transaction looks like one of this transaction (that is what KIP-890 is for).
   */
  call<T>(request: (broker: SimulatedBroker) => Promise<T>, mayComeLate?: boolean): Promise<T>
  /** No new transactions. */
  readonly isOver: () => boolean
}

/** One process that writes transactions under an id, as Kafka's clients do, in one of the two dialects; ends when it is fenced. */
export async function runProducer(transactionalId: string, version: 0 | 2, ports: ProducerPorts): Promise<void> {
  const { random, witness } = ports
  let identity: Identity | undefined
  while (!ports.isOver()) {
    const known = identity
    const expected = known && random.chance(0.5) ? known : undefined
    const begun = await untilAnswered(ports, () => init(transactionalId, expected, ports))
    if (!begun) {
      identity = undefined
      if (expected) return
      continue
    }
    witness.takesOver(transactionalId, begun)
    identity = begun
    const session = createSession(transactionalId, version, begun, ports)
    while (!ports.isOver() && (await session.transact())) if (random.chance(0.1)) break
    if (random.chance(0.3)) return
    identity = session.identity
  }
}

interface Session {
  readonly identity: Identity
  /** One transaction; false when the producer has to begin anew. */
  transact(): Promise<boolean>
}

function createSession(
  transactionalId: string,
  version: 0 | 2,
  begun: Identity,
  { random, witness, ...ports }: ProducerPorts,
): Session {
  const all = { random, witness, ...ports }
  let identity = begun
  const sequences = new Map<number, number>()
  const dialect = { adds: version === 2, knowsAbortable: true }

  async function write(transaction: WitnessedTransaction): Promise<boolean> {
    const partition = random.pick(ports.partitions)
    const value = witness.write(transaction, partition)
    const sequence = sequences.get(partition) ?? 0
    const place = { topicId, topic: topicId, partition }
    const bytes = batchOf(value, identity, sequence)
    const claim = identity
    const done = await untilAnswered(all, async () => {
      if (version === 0) {
        const addition = { partitions: [place], groups: [] }
        const added = await ports.call((broker) => broker.coordinator.add(transactionalId, claim, addition, 0))
        if ('error' in added) return refusedAs(added)
      }
      return ports.call(async ({ admission, logs }) => {
        const log = logs[partition]!
        const opened = { opened: log, log: async () => log } as unknown as Parameters<typeof admission.append>[3]
        const [appended] = await admission.append(transactionalId, [copyOf(bytes)], place, opened, dialect)
        if (appended!.status === 'rejected') throw appended!.reason
        return true
      })
    })
    if (!done) return false
    sequences.set(partition, sequence + 1)
    witness.acknowledged(transaction, value)
    return true
  }

  async function commitOffset(transaction: WitnessedTransaction): Promise<boolean> {
    const claim = identity
    const group = 'group'
    const done = await untilAnswered(all, async () => {
      if (version === 0) {
        const added = await ports.call((broker) =>
          broker.coordinator.add(transactionalId, claim, { partitions: [], groups: [group] }, 0),
        )
        if ('error' in added) return refusedAs(added)
      }
      return ports.call(async ({ admission, offsets }) => {
        const committed = { offset: 1, leaderEpoch: -1, metadata: null }
        const entry = { topic: 't', partition: transaction.number, committed }
        await admission.commitOffsets({ transactionalId, ...claim }, group, dialect, () =>
          offsets.commitPending(group, claim.producerId, [entry]),
        )
        return true
      }, version === 2)
    })
    if (done) witness.offsetAcknowledged(transaction)
    return done === true
  }

  async function end(transaction: WitnessedTransaction, isCommit: boolean): Promise<boolean> {
    const claim = identity
    if (isCommit) witness.asksToCommit(transaction)
    const ended = await untilAnswered(all, async () => {
      const outcome = await ports.call(
        (broker) => broker.coordinator.end(transactionalId, { ...claim, isCommit }, version),
        version === 2,
      )
      return 'error' in outcome ? refusedAs(outcome) : outcome.transaction
    })
    if (!ended) return false
    witness.ended(transaction, isCommit)
    if (version === 2) {
      identity = ended
      sequences.clear()
    }
    return true
  }

  return {
    get identity() {
      return identity
    },
    async transact() {
      const transaction = witness.begin(transactionalId, identity)
      for (let left = 1 + random.pick(3); left > 0; left--)
        if (!(await write(transaction))) {
          // The next epoch: what was given up may still come, with the sequence that is next.
          const isEnded = await end(transaction, false)
          return version === 2 && isEnded
        }
      if (random.chance(0.4) && !(await commitOffset(transaction))) return false
      // Some producers just stop, and their transaction runs into its timeout.
      if (random.chance(0.1)) return false
      return end(transaction, random.chance(0.7))
    },
  }
}

async function init(
  transactionalId: string,
  expected: Identity | undefined,
  ports: ProducerPorts,
): Promise<Identity | 'again' | undefined> {
  const { timeoutMs } = ports
  const outcome = await ports.call((broker) => broker.coordinator.init({ transactionalId, timeoutMs, expected }))
  if ('error' in outcome) return refusedAs(outcome)
  const { producerId, epoch } = outcome.transaction
  return { producerId, epoch }
}

/** Asks again as long as no answer comes, or one that says so; undefined for an error that is final. */
async function untilAnswered<T>(
  { random, isOver }: ProducerPorts,
  attempt: () => Promise<T | 'again' | undefined>,
): Promise<T | undefined> {
  for (let tries = 0; tries < 8 && !isOver(); tries++) {
    try {
      const answered = await attempt()
      if (answered !== 'again') return answered
    } catch (error) {
      if (error instanceof KafkaRefusal && error.errorName !== 'NOT_ENOUGH_REPLICAS') return undefined
      // Some give up where others go on.
      if (random.chance(0.1)) return undefined
    }
  }
  return undefined
}

function refusedAs(outcome: Extract<Outcome, { error: unknown }>): 'again' | undefined {
  return outcome.error === 'CONCURRENT_TRANSACTIONS' ? 'again' : undefined
}

const transactional = 16

function batchOf(value: string, { producerId, epoch }: Identity, baseSequence: number): Buffer {
  const builder = new BatchBuilder(256)
  builder.append(Buffer.from(value), null, 1)
  const bytes = builder.finish()
  bytes.writeInt16BE(transactional, batchField.attributes)
  setProducer(bytes, { producerId, producerEpoch: epoch, baseSequence })
  return bytes
}

function copyOf(bytes: Buffer): CheckedBatch {
  return { bytes, header: readBatchHeader(bytes)! }
}
