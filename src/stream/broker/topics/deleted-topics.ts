import type { Files } from '../../../kernel/files/files.ts'
import type { DeletedTopic } from '../broker.ts'
import { readJsonIfWhole, writeJson } from '../storage/small-file.ts'

/** What is remembered of topics that are gone: a delivery's proof outlives its source. */
export interface DeletedTopics {
  all(): readonly DeletedTopic[]
  has(id: string): boolean
  /** Durable when it resolves; the records may be removed then. */
  add(topic: DeletedTopic): Promise<void>
}

export async function openDeletedTopics(files: Files, folder: string): Promise<DeletedTopics> {
  const deleted = new Map<string, DeletedTopic>()
  await files.makeDirectory(folder)
  // A predecessor may have been killed between making a name and syncing it.
  await files.syncDirectory(folder)
  for (const name of await files.list(folder)) {
    const found = name.endsWith('.json') ? await readJsonIfWhole<DeletedTopic>(files, `${folder}/${name}`) : undefined
    if (found) deleted.set(found.id, found)
  }
  return {
    all: () => [...deleted.values()],
    has: (id) => deleted.has(id),
    async add(topic) {
      await writeJson(files, `${folder}/${topic.id}.json`, topic)
      deleted.set(topic.id, topic)
    },
  }
}
