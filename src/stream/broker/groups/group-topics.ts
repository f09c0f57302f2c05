/** A topic as groups see it. */
export interface GroupTopic {
  readonly id: string
  readonly name: string
  readonly partitionCount: number
}

/** The topics that groups assign. */
export interface GroupTopics {
  /** Another number whenever a topic came, grew or went, or somebody may see others than before. */
  readonly revision: number
  find(name: string): GroupTopic | undefined
  findById(id: string): GroupTopic | undefined
  all(): Iterable<GroupTopic>
}

/** Whether a client may know of the topic. */
export type SeesTopic = (name: string) => boolean

/** As one client sees them: what it subscribes to by an expression is among what it may know of. */
export function seenTopics(topics: GroupTopics, sees: SeesTopic): GroupTopics {
  return {
    get revision() {
      return topics.revision
    },
    find: (name) => topics.find(name),
    findById: (id) => topics.findById(id),
    all: () => [...topics.all()].filter(({ name }) => sees(name)),
  }
}
