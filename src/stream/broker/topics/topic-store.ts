import { randomUUID } from 'node:crypto'
import type { DeletedTopic } from '../broker.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { openPartitionLog, type PartitionLog } from '../storage/partition-log.ts'
import type { StorageServices } from '../storage/partition-state.ts'
import { readJsonIfWhole, writeJson } from '../storage/small-file.ts'
import type { RestoreNote } from '../restore-note.ts'
import type { Checkpoints } from './checkpoints.ts'
import { readTopicFile, removeTopicFiles, type TopicFile } from './topic-files.ts'
import { configNumber, type Topic } from './topic.ts'

/** The topics of this log. Changes are durable when they resolve, and happen one after the other. */
export interface TopicStore {
  get(name: string): Topic | undefined
  byId(id: string): Topic | undefined
  all(): readonly Topic[]
  deleted(): readonly DeletedTopic[]
  create(name: string, partitions: number, configs: Readonly<Record<string, string>>): Promise<Topic>
  /** A topic keeps its id and end offsets in a tombstone; its records are removed. */
  delete(name: string): Promise<void>
  setConfigs(name: string, configs: Readonly<Record<string, string>>): Promise<void>
  addPartitions(name: string, count: number): Promise<void>
  /** Writes down how far partitions are whole and where they start. */
  checkpoint(): Promise<void>
  close(): Promise<void>
}

const partitionsMax = 10_000

export async function openTopicStore(
  directory: string,
  checkpoints: Checkpoints,
  services: StorageServices,
  /** Left by a restore: the partitions that are there go on beyond what they may have handed out. */
  restored?: RestoreNote,
): Promise<TopicStore> {
  const { files, clock, logger } = services
  const root = `${directory}/topics`
  const tombstones = `${directory}/deleted`
  await files.makeDirectory(root)
  await files.makeDirectory(tombstones)
  // A predecessor may have been killed between making a name and syncing it.
  for (const folder of [directory, root, tombstones]) await files.syncDirectory(folder)
  const topics = new Map<string, Topic>()
  const deleted: DeletedTopic[] = []
  let last: Promise<unknown> = Promise.resolve()

  for (const name of await files.list(tombstones)) {
    const found = name.endsWith('.json')
      ? await readJsonIfWhole<DeletedTopic>(files, `${tombstones}/${name}`)
      : undefined
    if (found) deleted.push(found)
  }
  for (const id of await files.list(root)) {
    const found = deleted.some((topic) => topic.id === id) ? undefined : await readTopicFile(files, `${root}/${id}`)
    if (!found) {
      await removeTopicFiles(files, `${root}/${id}`)
      continue
    }
    await files.syncDirectory(`${root}/${id}`)
    topics.set(found.name, await open(found, [], restored))
  }

  async function open(file: TopicFile, known: readonly PartitionLog[] = [], note?: RestoreNote): Promise<Topic> {
    const partitions = [...known]
    for (let partition = known.length; partition < file.partitions; partition++)
      partitions.push(await openOne(file, partition, note))
    return { id: file.id, name: file.name, configs: file.configs, partitions }
  }

  function openOne({ id, name }: TopicFile, partition: number, note: RestoreNote | undefined): Promise<PartitionLog> {
    const settings = {
      get configs() {
        return topics.get(name)?.configs ?? {}
      },
    }
    return openPartitionLog(
      `${root}/${id}/${partition}`,
      `${name}-${partition}`,
      { ...checkpoints.of(`${id}/${partition}`), restored: note },
      services,
      () => configNumber(settings, 'segment.bytes'),
    )
  }

  async function write(file: TopicFile): Promise<void> {
    await writeJson(files, `${root}/${file.id}/topic.json`, file)
  }

  const checkpoint = (): Promise<void> =>
    checkpoints.save(() =>
      Object.fromEntries(
        [...topics.values()].flatMap(({ id, partitions }) =>
          partitions.map(({ endOffset, startOffset }, partition) => [
            `${id}/${partition}`,
            { recoveryPoint: endOffset, startOffset },
          ]),
        ),
      ),
    )

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

  return {
    get: (name) => topics.get(name),
    byId: (id) => [...topics.values()].find((topic) => topic.id === id),
    all: () => [...topics.values()],
    deleted: () => deleted,
    create: (name, partitions, configs) =>
      oneByOne(async () => {
        checkNewTopic(name, partitions)
        if (topics.has(name)) throw new KafkaRefusal('TOPIC_ALREADY_EXISTS', `topic "${name}" already exists`)
        const file: TopicFile = { format: 1, id: randomUUID(), name, partitions, configs }
        // The partitions first: a topic that is named has all its folders.
        const topic = await open(file)
        await write(file)
        topics.set(name, topic)
        logger.info({ topic: name, id: file.id, partitions }, 'topic created')
        return topic
      }),
    delete: (name) =>
      oneByOne(async () => {
        const topic = existing(name)
        topics.delete(name)
        // Closed first, so that the ends are final.
        await Promise.all(topic.partitions.map((partition) => partition.close()))
        const endOffsets = topic.partitions.map(({ endOffset }) => endOffset)
        const tombstone = { id: topic.id, name, endOffsets, deletedAt: new Date(clock.now()).toISOString() }
        await writeJson(files, `${tombstones}/${topic.id}.json`, tombstone)
        deleted.push(tombstone)
        await removeTopicFiles(files, `${root}/${topic.id}`)
        logger.info({ topic: name, id: topic.id }, 'topic deleted')
      }),
    setConfigs: (name, configs) =>
      oneByOne(async () => {
        const topic = existing(name)
        await write({ format: 1, id: topic.id, name, partitions: topic.partitions.length, configs })
        topics.set(name, { ...topic, configs })
      }),
    addPartitions: (name, count) =>
      oneByOne(async () => {
        const topic = existing(name)
        if (count <= topic.partitions.length || count > partitionsMax)
          throw new KafkaRefusal(
            'INVALID_PARTITIONS',
            `topic "${name}" has ${topic.partitions.length} partitions; ${count} is not more, or more than ${partitionsMax}`,
          )
        const file: TopicFile = { format: 1, id: topic.id, name, partitions: count, configs: topic.configs }
        const grown = await open(file, topic.partitions)
        await write(file)
        topics.set(name, grown)
      }),
    checkpoint,
    async close() {
      await last
      await checkpoint()
      await Promise.all(
        [...topics.values()].flatMap(({ partitions }) => partitions.map((partition) => partition.close())),
      )
    },
  }
}

export function checkNewTopic(name: string, partitions: number): void {
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..')
    throw new KafkaRefusal(
      'INVALID_TOPIC_EXCEPTION',
      `"${name}" is no name of a topic: 1 to 249 letters, digits, ".", "_" or "-"`,
    )
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > partitionsMax)
    throw new KafkaRefusal(
      'INVALID_PARTITIONS',
      `topic "${name}" cannot have ${partitions} partitions: 1 to ${partitionsMax}`,
    )
}
