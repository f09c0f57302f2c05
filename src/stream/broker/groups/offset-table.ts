/** Where a group stands in one partition. */
export interface CommittedOffset {
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string | null
  /** Of the topic that was meant: one of the same name that is made later is another. Unknown for old commits. */
  readonly topicId?: string
  /** Milliseconds since the epoch; where a client said how long it is to be kept. */
  readonly expiresAt?: number
}

export interface OffsetPlace {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

/** One change: what a group committed, or that it is forgotten. */
export interface OffsetChange extends OffsetPlace {
  readonly kind: 'offset'
  readonly committed: CommittedOffset | null
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface LiveOffset extends OffsetChange {
  readonly committed: CommittedOffset
}

/** The last commit of each group and partition. */
export interface OffsetTable {
  apply(change: OffsetChange): void
  groups(): readonly string[]
  has(group: string): boolean
  readonly groupCount: number
  get(place: OffsetPlace): CommittedOffset | undefined
  of(group: string): readonly LiveOffset[]
  all(): readonly LiveOffset[]
}

export function createOffsetTable(): OffsetTable {
  const groups = new Map<string, Map<string, LiveOffset>>()
  const of = (group: string): readonly LiveOffset[] => [...(groups.get(group)?.values() ?? [])]
  return {
    apply(change) {
      const { group, committed } = change
      const entries = groups.get(group) ?? new Map<string, LiveOffset>()
      if (committed) entries.set(keyOf(change), { ...change, committed })
      else entries.delete(keyOf(change))
      if (entries.size > 0) groups.set(group, entries)
      else groups.delete(group)
    },
    groups: () => [...groups.keys()],
    has: (group) => groups.has(group),
    get groupCount() {
      return groups.size
    },
    get: (place) => groups.get(place.group)?.get(keyOf(place))?.committed,
    of,
    all: () => [...groups.keys()].flatMap(of),
  }
}

function keyOf({ topic, partition }: OffsetPlace): string {
  return `${partition}/${topic}`
}
