import type { GroupTopic, GroupTopics } from '../groups/group-topics.ts'
import type { TopicStore } from './topic-store.ts'
import type { Topic } from './topic.ts'

/** The topics as groups see them. */
export function groupTopicsOf(topics: TopicStore): GroupTopics {
  return {
    get revision() {
      return topics.revision
    },
    find: (name) => seen(topics.get(name)),
    findById: (id) => seen(topics.byId(id)),
    all: () => topics.all().map(of),
  }
}

function seen(topic: Topic | undefined): GroupTopic | undefined {
  return topic && of(topic)
}

function of({ id, name, partitions }: Topic): GroupTopic {
  return { id, name, partitionCount: partitions.length }
}
