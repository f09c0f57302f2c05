import type { Topic } from './topic.ts'

/** The topics that are there, in memory. */
export interface TopicMap {
  get(name: string): Topic | undefined
  byId(id: string): Topic | undefined
  all(): readonly Topic[]
  set(topic: Topic): void
  remove(topic: Topic): void
}

export function createTopicMap(): TopicMap {
  const byName = new Map<string, Topic>()
  const byId = new Map<string, Topic>()
  return {
    get: (name) => byName.get(name),
    byId: (id) => byId.get(id),
    all: () => [...byName.values()],
    set(topic) {
      byName.set(topic.name, topic)
      byId.set(topic.id, topic)
    },
    remove({ name, id }) {
      byName.delete(name)
      byId.delete(id)
    },
  }
}
