import type { GroupTopic, GroupTopics } from '../../src/stream/broker/groups/group-topics.ts'

export interface FakeTopics extends GroupTopics {
  /** Makes it or lets it grow; its id is `id-NAME`, and another one each time that it is made again. */
  set(name: string, partitionCount: number): void
  remove(name: string): void
}

export function fakeTopics(counts: Readonly<Record<string, number>> = {}): FakeTopics {
  const topics = new Map<string, GroupTopic>()
  const made = new Map<string, number>()
  let revision = 0
  const fake: FakeTopics = {
    get revision() {
      return revision
    },
    find: (name) => topics.get(name),
    findById: (id) => [...topics.values()].find((topic) => topic.id === id),
    all: () => topics.values(),
    set(name, partitionCount) {
      revision++
      const times = topics.has(name) ? (made.get(name) ?? 0) : (made.get(name) ?? -1) + 1
      made.set(name, times)
      topics.set(name, { id: `id-${name}${times === 0 ? '' : `-${times}`}`, name, partitionCount })
    },
    remove(name) {
      revision++
      topics.delete(name)
    },
  }
  for (const [name, count] of Object.entries(counts)) fake.set(name, count)
  return fake
}
