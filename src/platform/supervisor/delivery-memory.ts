import type { AdoptionStore } from '../../storage/metadata/adoptions.ts'
import type { BrokerStatus } from '../../stream/broker/broker.ts'
import type { OffsetHole } from '../../stream/offset-holes.ts'
import type { MemoryHost } from '../children/delivery-memory.ts'
import type { LogProcess } from './log-process.ts'

/** By partition, what the log passed over in a topic when it was restored. */
export async function holesOfTopic(
  log: Pick<LogProcess, 'ready'>,
  id: string,
): Promise<readonly (readonly OffsetHole[])[]> {
  const { topics } = (await (await log.ready()).call('status', null)) as unknown as BrokerStatus
  const topic = topics.find((found) => found.id === id)
  return topic?.partitions.map(({ holes = [] }) => holes.map(({ from, to }) => ({ from, to }))) ?? []
}

/** Answers for the memory of all deliveries: the metadata database knows what they adopted, the log which topics it had. */
export function answerForMemory(adoptions: AdoptionStore, log: Pick<LogProcess, 'ready'>): MemoryHost {
  return {
    adoption: ({ delivery, table }) => adoptions.get(delivery, table),
    async adopt({ delivery, table, adoption }) {
      await adoptions.save(delivery, table, adoption)
      return null
    },
    async deletedTopics({ stream }) {
      const { deletedTopics } = (await (await log.ready()).call('status', null)) as unknown as BrokerStatus
      return deletedTopics
        .filter(({ name }) => name === stream)
        .toSorted((left, right) => Date.parse(left.deletedAt) - Date.parse(right.deletedAt))
        .map(({ id, endOffsets }) => ({ id, endOffsets }))
    },
    holes: ({ source }) => holesOfTopic(log, source),
  }
}
