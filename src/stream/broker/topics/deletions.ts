import { inParallel } from '../../../kernel/in-parallel.ts'
import type { PartitionLog } from '../storage/partition-log.ts'
import type { PlannedStart } from '../storage/partition-upkeep.ts'
import type { Reserve } from '../../../kernel/files/reserve.ts'
import type { StorageServices } from '../storage/storage-services.ts'
import type { DeletedTopics } from './deleted-topics.ts'
import { removeTopicFiles } from './topic-files.ts'
import type { TopicMap } from './topic-map.ts'
import { openedAtOnce, type TopicPartitions } from './topic-partitions.ts'
import type { Topic } from './topic.ts'

export interface DeletionParts {
  readonly topics: TopicMap
  readonly deleted: DeletedTopics
  readonly partitions: TopicPartitions
  readonly reserve: Reserve
}

/** What takes records away: written down first, out of the reserve on a full disk, then the files go. */
export interface Deletions {
  /** As `TopicStore.delete`. */
  topic(topic: Topic): Promise<void>
  /** As `TopicStore.deleteRecords`. */
  records(log: PartitionLog, before: number): Promise<number>
  /** Makes them durable, and has partitions start there. */
  startAt(planned: readonly PlannedStart[]): Promise<void>
}

export function createDeletions(
  root: string,
  { topics, deleted, partitions, reserve }: DeletionParts,
  { files, clock, logger }: StorageServices,
): Deletions {
  async function deleteTopic(topic: Topic): Promise<void> {
    const { name } = topic
    topics.remove(topic)
    try {
      // Closed first, so that the ends are final.
      await inParallel(topic.partitions, openedAtOnce, (partition) => partition.close())
      const endOffsets = topic.partitions.map(({ view }) => view.endOffset)
      const deletedAt = new Date(clock.now()).toISOString()
      await reserve.lend(() => deleted.add({ id: topic.id, name, endOffsets, deletedAt }))
    } catch (error) {
      await bringBack(topic)
      throw error
    }
    try {
      await removeTopicFiles(files, `${root}/${topic.id}`)
      await partitions.forget(topic.id, topic.partitions.length)
    } catch (error) {
      logger.error(
        { err: error, topic: name, id: topic.id },
        'the files of a deleted topic are removed at the next start',
      )
    }
    logger.info({ topic: name, id: topic.id }, 'topic deleted')
  }

  /** Its partitions were closed for good: others take their place. */
  async function bringBack(topic: Topic): Promise<void> {
    const again = { ...topic, partitions: partitions.make(topic, 0, topic.partitions.length) }
    topics.set(again)
    const wereOpen = again.partitions.filter((_, index) => topic.partitions[index]!.opened !== undefined)
    // What is not open shows what was written down of it last; one that cannot be opened says so when it is used.
    await inParallel(wereOpen, openedAtOnce, (partition) => partition.log().then(nothing, nothing))
  }

  async function startAt(planned: readonly PlannedStart[]): Promise<void> {
    try {
      await reserve.lend(() => partitions.checkpoint())
    } catch (error) {
      for (const each of planned) each.drop()
      throw error
    }
    for (const each of planned) each.take()
  }

  async function deleteRecords(log: PartitionLog, before: number): Promise<number> {
    const planned = log.planStart(before)
    await startAt([planned])
    await log.removeOutdated()
    return log.startOffset
  }

  return { topic: deleteTopic, records: deleteRecords, startAt }
}

const nothing = (): void => undefined
