import { randomUUID } from 'node:crypto'
import { inParallel } from '../../../kernel/in-parallel.ts'
import type { DeletedTopic } from '../broker.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { RestoreNote } from '../restore-note.ts'
import type { StorageServices } from '../storage/storage-services.ts'
import type { PartitionLog } from '../storage/partition-log.ts'
import type { PlannedStart } from '../storage/partition-upkeep.ts'
import type { Reserve } from '../../../kernel/files/reserve.ts'
import type { Checkpoints } from './checkpoints.ts'
import { openDeletedTopics } from './deleted-topics.ts'
import { createDeletions, type DeletionParts } from './deletions.ts'
import { readTopics, recoverPartitions } from './recover-topics.ts'
import { checkGrowth, checkTopicName } from './new-topic.ts'
import { type TopicFile, writeTopicFile } from './topic-files.ts'
import { createTopicMap } from './topic-map.ts'
import { createTopicPartitions, openedAtOnce } from './topic-partitions.ts'
import type { Topic } from './topic.ts'

/** The topics of this log. Changes are durable when they resolve, and happen one after the other. */
export interface TopicStore {
  get(name: string): Topic | undefined
  byId(id: string): Topic | undefined
  all(): readonly Topic[]
  /** Another number whenever a topic came, changed or went. */
  readonly revision: number
  deleted(): readonly DeletedTopic[]
  /** The highest id of a producer in what was opened since the start; undefined when there is none. */
  highestProducerId(): number | undefined
  /** Throws KafkaRefusal when a topic of this name cannot be made, because of one that is there. */
  checkFree(name: string): void
  create(name: string, partitions: number, configs: Readonly<Record<string, string>>): Promise<Topic>
  /** A topic keeps its id and end offsets in a tombstone; its records are removed. When that cannot be written, the topic stays. */
  delete(name: string): Promise<void>
  /**
   * Records before the offset are gone when it resolves, durably; gives where the partition begins from now on. When that cannot be
   * written, they stay.
   */
  deleteRecords(log: PartitionLog, before: number): Promise<number>
  /** `next` gives all that is set from now on; what it throws is passed on. */
  setConfigs(name: string, next: (topic: Topic) => Topic['configs']): Promise<void>
  addPartitions(name: string, count: number): Promise<void>
  /** Writes down how far partitions are whole and where they start. */
  checkpoint(): Promise<void>
  /** The same before files are removed, on a full disk out of its reserve; then partitions start there. */
  startAt(planned: readonly PlannedStart[]): Promise<void>
  /** Closes partitions of which nobody wanted anything for so long. */
  rest(unusedMs: number): Promise<void>
  close(): Promise<void>
}

export interface TopicStoreOptions {
  /** So many partitions are open at once. */
  readonly partitionsOpenMax: number
  readonly reserve: Reserve
  /** Left by a restore: the partitions that are there go on beyond what they may have handed out. */
  readonly restored: RestoreNote | undefined
  /** All partitions are opened: their producers are asked for. */
  readonly opensUsed: boolean
}

export async function openTopicStore(
  directory: string,
  checkpoints: Checkpoints,
  services: StorageServices,
  { partitionsOpenMax, reserve, restored, opensUsed }: TopicStoreOptions,
): Promise<TopicStore> {
  const { files } = services
  const root = `${directory}/topics`
  await files.makeDirectory(root)
  // A predecessor may have been killed between making a name and syncing it.
  for (const folder of [directory, root]) await files.syncDirectory(folder)
  const deleted = await openDeletedTopics(files, `${directory}/deleted`)
  const topics = createTopicMap()
  let note = restored
  const partitions = createTopicPartitions(
    root,
    checkpoints,
    services,
    partitionsOpenMax,
    (name) => topics.get(name) ?? { configs: {} },
    () => note,
  )
  for (const { id, name, configs, partitions: count } of await readTopics(root, deleted, services)) {
    topics.set({ id, name, configs, partitions: partitions.make({ id, name }, 0, count) })
  }
  await recoverPartitions(root, topics.all(), partitions, services, { wasRestored: restored !== undefined, opensUsed })
  // A restored partition begins with the files that it has; that is its start from now on.
  if (restored) await partitions.checkpoint()
  note = undefined
  return createTopicStore(root, { topics, deleted, partitions, reserve }, services)
}

function createTopicStore(
  root: string,
  { topics, deleted, partitions, reserve }: DeletionParts,
  services: StorageServices,
): TopicStore {
  const { files, logger } = services
  const deletions = createDeletions(root, { topics, deleted, partitions, reserve }, services)
  let last: Promise<unknown> = Promise.resolve()

  function oneByOne<T>(change: () => Promise<T>): Promise<T> {
    const next = last.then(change)
    last = next.catch(() => undefined)
    return next
  }

  function existing(name: string): Topic {
    const topic = topics.get(name)
    if (!topic) throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic "${name}"`)
    return topic
  }

  async function write({ id, name, configs, partitions: all }: Topic): Promise<void> {
    const file: TopicFile = { format: 1, id, name, partitions: all.length, configs }
    await files.makeDirectory(`${root}/${id}`)
    await writeTopicFile(files, `${root}/${id}`, file)
  }

  function checkFree(name: string): void {
    if (topics.get(name)) throw new KafkaRefusal('TOPIC_ALREADY_EXISTS', `topic "${name}" already exists`)
    const other = topics.colliding(name)
    if (other !== undefined)
      throw new KafkaRefusal(
        'INVALID_TOPIC_EXCEPTION',
        `topic "${name}" collides with "${other}": in names of metrics a "." is a "_", so Kafka has only one of them`,
      )
  }

  async function create(name: string, count: number, configs: Topic['configs']): Promise<Topic> {
    checkTopicName(name)
    checkFree(name)
    const id = randomUUID()
    const topic = { id, name, configs, partitions: partitions.make({ id, name }, 0, count) }
    await write(topic)
    topics.set(topic)
    logger.info({ topic: name, id, partitions: count }, 'topic created')
    return topic
  }

  async function addPartitions(name: string, count: number): Promise<void> {
    const topic = existing(name)
    checkGrowth(topic, count)
    const added = partitions.make(topic, topic.partitions.length, count)
    const grown = { ...topic, partitions: [...topic.partitions, ...added] }
    await write(grown)
    topics.set(grown)
  }

  return {
    get: (name) => topics.get(name),
    byId: (id) => topics.byId(id),
    all: () => topics.all(),
    get revision() {
      return topics.revision
    },
    deleted: () => deleted.all(),
    highestProducerId: () => partitions.highestProducerId(),
    checkFree,
    create: (name, count, configs) => oneByOne(() => create(name, count, configs)),
    delete: (name) => oneByOne(() => deletions.topic(existing(name))),
    setConfigs: (name, next) =>
      oneByOne(async () => {
        const topic = existing(name)
        const changed = { ...topic, configs: next(topic) }
        await write(changed)
        topics.set(changed)
      }),
    addPartitions: (name, count) => oneByOne(() => addPartitions(name, count)),
    deleteRecords: (log, before) => deletions.records(log, before),
    checkpoint: async () => {
      await partitions.checkpoint()
      await reserve.refill()
    },
    startAt: (planned) => deletions.startAt(planned),
    rest: (unusedMs) => partitions.rest(unusedMs),
    async close() {
      await last
      await partitions.checkpoint()
      const all = topics.all().flatMap((topic) => topic.partitions)
      await inParallel(all, openedAtOnce, (partition) => partition.close())
      await partitions.close()
    },
  }
}
