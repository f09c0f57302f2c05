/** A topic as groups see it. */
export interface GroupTopic {
  readonly id: string
  readonly name: string
  readonly partitionCount: number
}

/** The topics that groups assign. */
export interface GroupTopics {
  /** Another number whenever a topic came, grew or went. */
  readonly revision: number
  find(name: string): GroupTopic | undefined
  findById(id: string): GroupTopic | undefined
  all(): Iterable<GroupTopic>
}
