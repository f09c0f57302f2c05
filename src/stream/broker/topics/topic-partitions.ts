import { inParallel } from '../../../kernel/in-parallel.ts'
import type { RestoreNote } from '../restore-note.ts'
import { isAsWritten, type PartitionCheckpoint } from '../storage/partition-checkpoint.ts'
import { openPartitionLog, type PartitionLog } from '../storage/partition-log.ts'
import type { StorageServices } from '../storage/storage-services.ts'
import type { Checkpoints } from './checkpoints.ts'
import { Partition, type PartitionPlaces } from './partition.ts'
import { createOpenPartitions } from './open-partitions.ts'
import { highestGiven } from './producer-ids.ts'
import { settingsOf } from './topic-settings.ts'
import type { Topic } from './topic.ts'

/** More would not be faster, and each may need some megabytes to read its last file. */
export const openedAtOnce = 8

/** The partitions of all topics: makes them, and writes down what changed of them. */
export interface TopicPartitions {
  /** Those of one topic, from number `from` on. What it is set to is looked up when it is needed. */
  make(topic: { readonly id: string; readonly name: string }, from: number, to: number): Partition[]
  /** Whether anything of this partition was ever written. */
  wasUsed(topicId: string, partition: number): boolean
  /** Of all partitions that were opened, those that are closed again too; undefined when none has a producer with an id. */
  highestProducerId(): number | undefined
  /** What changed since the last call is durable when it resolves. */
  checkpoint(): Promise<void>
  /** Closes those of which nobody wanted anything for so long, and of which all is written down. */
  rest(unusedMs: number): Promise<void>
  /** What was written down of them is forgotten with the topic. */
  forget(topicId: string, count: number): Promise<void>
  close(): Promise<void>
}

export function createTopicPartitions(
  root: string,
  checkpoints: Checkpoints,
  services: StorageServices,
  openMax: number,
  topicOf: (name: string) => Pick<Topic, 'configs'>,
  /** Whether the log goes on behind a hole; asked at each opening. */
  restored: () => RestoreNote | undefined,
): TopicPartitions {
  /** With their keys. */
  let changed = new Map<Partition, string>()
  let saving: ReadonlyMap<Partition, string> = new Map()
  const opened = new Set<Partition>()
  let highestId: number | undefined
  const room = createOpenPartitions({
    openMax,
    logger: services.logger,
    async closeSome(count) {
      await checkpoint()
      const oldest = [...opened].toSorted((left, right) => left.usedAt - right.usedAt)
      await closeUnused(oldest, 0, opened.size - count)
    },
  })

  /** One after the other, until so few are open. */
  async function closeUnused(partitions: readonly Partition[], unusedMs: number, openMin: number): Promise<void> {
    // Looked at when it is its turn: until then it may have been written to.
    await inParallel(partitions, openedAtOnce, async (partition) => {
      const isWritten = !changed.has(partition) && !saving.has(partition)
      if (isWritten && opened.size > openMin) await partition.rest(unusedMs)
    })
  }

  async function checkpoint(): Promise<void> {
    const taken = changed
    saving = taken
    changed = new Map()
    const changes = new Map<string, PartitionCheckpoint>()
    for (const [{ opened: log }, key] of taken) if (log) changes.set(key, log.checkpoint())
    try {
      await checkpoints.save(changes)
    } catch (error) {
      changed = new Map([...taken, ...changed])
      throw error
    } finally {
      if (saving === taken) saving = new Map()
    }
  }

  async function openOne(partition: Partition, open: () => Promise<PartitionLog>): Promise<PartitionLog> {
    await room.enter()
    try {
      const log = await open()
      opened.add(partition)
      return log
    } catch (error) {
      room.leave()
      throw error
    }
  }

  function placesOf({ id, name }: { readonly id: string; readonly name: string }): PartitionPlaces {
    const keyOf = (index: number): string => `${id}/${index}`
    return {
      name: (index) => `${name}-${index}`,
      written: (index) => checkpoints.of(keyOf(index)),
      isAsWritten: (index) => isAsWritten(services.files, `${root}/${keyOf(index)}`, checkpoints.of(keyOf(index))),
      async open(partition) {
        const key = keyOf(partition.index)
        const onChange = (): void => {
          changed.set(partition, key)
          partition.changed()
        }
        const settings = {
          segmentBytes: () => settingsOf(topicOf(name)).segmentBytes,
          indexIntervalBytes: () => settingsOf(topicOf(name)).indexIntervalBytes,
          indexBytesMax: () => settingsOf(topicOf(name)).indexBytesMax,
          fileDeleteDelayMs: () => settingsOf(topicOf(name)).fileDeleteDelayMs,
          onChange,
        }
        const open = (): Promise<PartitionLog> => {
          const checkpoint = { ...checkpoints.of(key), restored: restored() }
          return openPartitionLog(`${root}/${key}`, partition.name, checkpoint, services, settings)
        }
        const log = await openOne(partition, open)
        highestId = highestGiven([highestId ?? -1, ...log.transactions.producers().map(([id]) => id)])
        onChange()
        return log
      },
      closed(partition) {
        if (opened.delete(partition)) room.leave()
      },
    }
  }

  return {
    make(topic, from, to) {
      const places = placesOf(topic)
      const now = (): number => services.clock.monotonic()
      return Array.from({ length: to - from }, (_, at) => new Partition(from + at, places, now))
    },
    wasUsed: (topicId, partition) => checkpoints.has(`${topicId}/${partition}`),
    highestProducerId: () => highestId,
    rest: (unusedMs) => closeUnused([...opened], unusedMs, 0),
    checkpoint,
    async forget(topicId, count) {
      for (const [partition, key] of changed) if (key.startsWith(`${topicId}/`)) changed.delete(partition)
      const keys = Array.from({ length: count }, (_, index) => `${topicId}/${index}`)
      await checkpoints.save(new Map(keys.filter((key) => checkpoints.has(key)).map((key) => [key, null])))
    },
    close: () => checkpoints.close(),
  }
}
