import type { Topic } from './topic.ts'

/** The topics that are there, in memory. */
export interface TopicMap {
  get(name: string): Topic | undefined
  byId(id: string): Topic | undefined
  all(): readonly Topic[]
  /** Another topic whose name differs in nothing but `.` and `_`. */
  colliding(name: string): string | undefined
  /** Another number whenever a topic came, changed or went. */
  readonly revision: number
  set(topic: Topic): void
  remove(topic: Topic): void
}

export function createTopicMap(): TopicMap {
  const byName = new Map<string, Topic>()
  const byId = new Map<string, Topic>()
  const byMetricName = new Map<string, string>()
  let revision = 0
  return {
    get: (name) => byName.get(name),
    byId: (id) => byId.get(id),
    all: () => [...byName.values()],
    get revision() {
      return revision
    },
    colliding: (name) => byMetricName.get(metricName(name)),
    set(topic) {
      revision++
      byName.set(topic.name, topic)
      byMetricName.set(metricName(topic.name), topic.name)
      byId.set(topic.id, topic)
    },
    remove({ name, id }) {
      revision++
      byName.delete(name)
      byMetricName.delete(metricName(name))
      byId.delete(id)
    },
  }
}

function metricName(name: string): string {
  return name.replaceAll('.', '_')
}
