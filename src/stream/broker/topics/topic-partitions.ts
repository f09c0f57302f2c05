import type { RestoreNote } from '../restore-note.ts'
import { isAsWritten, type PartitionCheckpoint } from '../storage/partition-checkpoint.ts'
import { openPartitionLog } from '../storage/partition-log.ts'
import type { StorageServices } from '../storage/storage-services.ts'
import type { Checkpoints } from './checkpoints.ts'
import { Partition, type PartitionPlaces } from './partition.ts'
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
  /** What changed since the last call is durable when it resolves. */
  checkpoint(): Promise<void>
  /** Whether there is something of it that is not written down yet. */
  hasChanged(partition: Partition): boolean
  /** What was written down of them is forgotten with the topic. */
  forget(topicId: string, count: number): Promise<void>
  close(): Promise<void>
}

export function createTopicPartitions(
  root: string,
  checkpoints: Checkpoints,
  services: StorageServices,
  topicOf: (name: string) => Pick<Topic, 'configs'>,
  /** Whether the log goes on behind a hole; asked at each opening. */
  restored: () => RestoreNote | undefined,
): TopicPartitions {
  /** With their keys. */
  let changed = new Map<Partition, string>()
  let saving: ReadonlyMap<Partition, string> = new Map()

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
        const checkpoint = { ...checkpoints.of(key), restored: restored() }
        const settings = {
          segmentBytes: () => settingsOf(topicOf(name)).segmentBytes,
          indexIntervalBytes: () => settingsOf(topicOf(name)).indexIntervalBytes,
          indexBytesMax: () => settingsOf(topicOf(name)).indexBytesMax,
          fileDeleteDelayMs: () => settingsOf(topicOf(name)).fileDeleteDelayMs,
          onChange,
        }
        const log = await openPartitionLog(`${root}/${key}`, partition.name, checkpoint, services, settings)
        onChange()
        return log
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
    hasChanged: (partition) => changed.has(partition) || saving.has(partition),
    async checkpoint() {
      const taken = changed
      saving = taken
      changed = new Map()
      const changes = new Map<string, PartitionCheckpoint>()
      for (const [{ opened }, key] of taken) if (opened) changes.set(key, opened.checkpoint())
      try {
        await checkpoints.save(changes)
      } catch (error) {
        changed = new Map([...taken, ...changed])
        throw error
      } finally {
        if (saving === taken) saving = new Map()
      }
    },
    async forget(topicId, count) {
      for (const [partition, key] of changed) if (key.startsWith(`${topicId}/`)) changed.delete(partition)
      const keys = Array.from({ length: count }, (_, index) => `${topicId}/${index}`)
      await checkpoints.save(new Map(keys.filter((key) => checkpoints.has(key)).map((key) => [key, null])))
    },
    close: () => checkpoints.close(),
  }
}
