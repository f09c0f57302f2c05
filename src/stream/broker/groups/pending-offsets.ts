import type { CommittedOffset, OffsetPlace } from './offset-table.ts'

/** An offset that a transaction commits: nobody sees it before the transaction's marker. */
export interface PendingChange extends OffsetPlace {
  readonly kind: 'pending'
  readonly producerId: number
  readonly committed: CommittedOffset
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** The transaction's marker in a group: its offsets are committed by the same batch, or gone. */
export interface EndChange {
  readonly kind: 'end'
  readonly group: string
  readonly producerId: number
  readonly at: number
}

/** What open transactions are about to commit; the last of each producer, group and partition. */
export interface PendingOffsets {
  apply(change: PendingChange | EndChange): void
  /** A commit outside of transactions came later than what is pending in its place, and so it stays. */
  overtake(place: OffsetPlace): void
  isPending(place: OffsetPlace): boolean
  of(group: string, producerId: number): readonly PendingChange[]
  /** Whose transactions are open in the group. */
  producers(group: string): readonly number[]
  transactions(): readonly { readonly group: string; readonly producerId: number }[]
  all(): readonly PendingChange[]
}

export function createPendingOffsets(): PendingOffsets {
  const groups = new Map<string, Map<number, Map<string, PendingChange>>>()
  const producersOf = (group: string): ReadonlyMap<number, Map<string, PendingChange>> =>
    groups.get(group) ?? new Map<number, Map<string, PendingChange>>()

  function add(change: PendingChange): void {
    const producers = groups.get(change.group) ?? new Map<number, Map<string, PendingChange>>()
    groups.set(change.group, producers)
    const changes = producers.get(change.producerId) ?? new Map<string, PendingChange>()
    producers.set(change.producerId, changes)
    changes.set(keyOf(change), change)
  }

  function end({ group, producerId }: EndChange): void {
    const producers = groups.get(group)
    producers?.delete(producerId)
    if (producers?.size === 0) groups.delete(group)
  }

  return {
    apply: (change) => (change.kind === 'pending' ? add(change) : end(change)),
    overtake(place) {
      for (const changes of producersOf(place.group).values()) changes.delete(keyOf(place))
    },
    isPending: (place) => [...producersOf(place.group).values()].some((changes) => changes.has(keyOf(place))),
    of: (group, producerId) => [...(producersOf(group).get(producerId)?.values() ?? [])],
    producers: (group) => [...producersOf(group).keys()],
    transactions: () =>
      [...groups].flatMap(([group, producers]) => [...producers.keys()].map((producerId) => ({ group, producerId }))),
    all: () => [...groups.values()].flatMap((producers) => [...producers.values()].flatMap((all) => [...all.values()])),
  }
}

function keyOf({ topic, partition }: OffsetPlace): string {
  return `${partition}/${topic}`
}
