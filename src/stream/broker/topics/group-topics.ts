import type { GroupTopic, GroupTopics } from '../groups/group-topics.ts'
import type { TopicStore } from './topic-store.ts'
import type { Topic } from './topic.ts'

/** Room for the revisions of topics beneath those of who may see them. */
const topicRevisions = 2 ** 32

/** The topics as groups see them. `acls` is another object when somebody may see others than before. */
export function groupTopicsOf(
  topics: Pick<TopicStore, 'revision' | 'get' | 'byId' | 'all'>,
  acls: () => unknown,
): GroupTopics {
  let known = acls()
  let changes = 0
  return {
    get revision() {
      if (acls() !== known) changes++
      known = acls()
      return topics.revision + changes * topicRevisions
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
