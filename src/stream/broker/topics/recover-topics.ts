import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { inParallel } from '../../../kernel/in-parallel.ts'
import type { StorageServices } from '../storage/storage-services.ts'
import type { DeletedTopics } from './deleted-topics.ts'
import type { Partition } from './partition.ts'
import { mustBeInPlace, readTopicFile, removeTopicFiles, type TopicFile } from './topic-files.ts'
import { openedAtOnce, type TopicPartitions } from './topic-partitions.ts'
import type { Topic } from './topic.ts'

/** Removes what a crash left of topics that were deleted, or that nobody was told of. */
export async function readTopics(
  root: string,
  deleted: DeletedTopics,
  { files }: StorageServices,
): Promise<TopicFile[]> {
  /** By name, with the folder of each. */
  const found = new Map<string, readonly [folder: string, file: TopicFile]>()
  for (const id of await files.list(root)) {
    const folder = `${root}/${id}`
    const file = deleted.has(id) ? undefined : await readTopicFile(files, folder)
    if (!file) await removeTopicFiles(files, folder)
    else {
      const [other] = found.get(file.name) ?? []
      if (other !== undefined) throw heldTwice(file.name, [other, folder])
      found.set(file.name, [folder, file])
    }
  }
  for (const [folder, file] of found.values()) mustBeInPlace(file, folder)
  return [...found.values()].map(([, file]) => file)
}

function heldTwice(name: string, folders: readonly [string, string]): WeirError {
  return new WeirError(
    'WEIR-3008',
    `two folders hold a topic "${name}": ${folders.join(' and ')}. Move one of them away; topic.json in it says what it is`,
    { details: { file: folders[1] } },
  )
}

/** So much of what should be whole is read anyway: in a log of few partitions damage is named at the start, not at the first use. */
const readAnywayBytes = 256 * 1024 * 1024
/** What a partition counts for at least: opening it is no smaller work than reading so much. */
const partitionBytes = 1024 * 1024

/**
 * Opens the partitions that are not as they were written down: a crash came between. Most others stay closed; those that were
 * never used have no folder. After a restore each one is opened, for each goes on behind a hole; `opensUsed`: all of the others, for what
 * they know of producers.
 */
export async function recoverPartitions(
  root: string,
  topics: readonly Topic[],
  partitions: TopicPartitions,
  { files }: StorageServices,
  { wasRestored, opensUsed }: { readonly wasRestored: boolean; readonly opensUsed: boolean },
): Promise<void> {
  const all: Partition[] = []
  for (const topic of topics) {
    await files.syncDirectory(`${root}/${topic.id}`)
    const folders = new Set(await files.list(`${root}/${topic.id}`))
    const isUsed = ({ index }: Partition): boolean => folders.has(String(index)) || partitions.wasUsed(topic.id, index)
    all.push(...topic.partitions.filter((partition) => wasRestored || isUsed(partition)))
  }
  await inParallel(all, openedAtOnce, async (partition) => {
    await (wasRestored || opensUsed ? partition.log() : partition.recover())
  })
  await inParallel(readAnyway(all), openedAtOnce, async (partition) => void (await partition.log()))
}

function* readAnyway(partitions: readonly Partition[]): Generator<Partition> {
  let bytes = 0
  for (const partition of partitions) {
    if (partition.opened) continue
    bytes += (partition.written.outline?.fileBytes ?? 0) + partitionBytes
    if (bytes > readAnywayBytes) return
    yield partition
  }
}
