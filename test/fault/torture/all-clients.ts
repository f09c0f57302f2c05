import { copyRecords } from './clients/copiers.ts'
import type { ClientWork } from './clients/client-work.ts'
import { trackCommits } from './clients/commits-of-group.ts'
import { readInClassicGroup, readInConsumerGroup } from './clients/group-members.ts'
import { writersGroup, writeTransactions } from './clients/transactional-writers.ts'
import { writeUnique } from './clients/unique-writers.ts'
import { watchCommits, watchEnds, watchRecords, type WatchedTopic } from './clients/watchers.ts'
import { allTopics, copy, targetOf, targetsOf, topics } from './tortured-topics.ts'

export const watchedGroups = [
  { group: 'classic', topic: 'events' },
  { group: 'consumer', topic: 'events' },
  { group: copy.group, topic: copy.from },
  { group: writersGroup, topic: 'orders' },
] as const

export interface RunningClients {
  /** No more is written; resolves when the last answers are in. */
  stopWriting(): Promise<void>
  stopReading(): Promise<void>
}

/** Everybody who writes, copies, reads and looks, until they are stopped. */
export function runClients(work: Omit<ClientWork, 'stopping'>): RunningClients {
  const writing = new AbortController()
  const reading = new AbortController()
  const writers = startWriters({ ...work, stopping: writing.signal })
  const readers = startReaders({ ...work, stopping: reading.signal })
  const stop = async (controller: AbortController, clients: Promise<unknown>): Promise<void> => {
    controller.abort()
    await clients
  }
  return { stopWriting: () => stop(writing, writers), stopReading: () => stop(reading, readers) }
}

function startWriters(work: ClientWork): Promise<unknown> {
  const inTransactions = [...targetsOf('orders', 'visits'), targetOf('table', 3)]
  return Promise.all([
    writeUnique(work, 'own', targetOf('events'), 'own'),
    writeUnique(work, 'kafkajs', targetOf('events'), 'kafkajs'),
    writeUnique(work, 'plain', targetOf('events'), 'plain kafkajs'),
    writeUnique(work, 'rolling', targetOf('rolling'), 'own'),
    writeUnique(work, 'brittle', targetOf('brittle'), 'own'),
    writeUnique(work, 'table', targetOf('table', 20), 'own'),
    writeUnique(work, 'source', targetOf('source'), 'own'),
    writeTransactions(work, inTransactions, 'KIP-890', 0),
    writeTransactions(work, inTransactions, 'kafkajs', 1),
  ])
}

function startReaders(work: ClientWork): Promise<unknown> {
  const all: readonly WatchedTopic[] = allTopics.map((topic) => ({ topic, partitions: topics[topic].partitions }))
  const whole = all.filter(({ topic }) => topic !== 'brittle')
  const commits = trackCommits(work.history)
  const reads = { topic: 'events' }
  return Promise.all([
    ...[0, 1, 0, 1].map((partition) => copyRecords(work, copy, partition)),
    ...['a', 'b'].flatMap((member) => [
      readInClassicGroup(work, { ...reads, group: 'classic', member }, commits),
      readInConsumerGroup(work, { ...reads, group: 'consumer', member }, commits),
    ]),
    watchEnds(work, all),
    watchCommits(work, watchedGroups),
    watchRecords(work, whole, false),
    watchRecords(work, whole, true),
  ])
}
