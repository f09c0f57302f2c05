import type { Snapshot } from '../../api/answers.ts'

/** What the timeline draws at one place: a snapshot, or several that lie too near to be told apart. */
export interface TimelineMark {
  /** Newest first, at least one. */
  readonly snapshots: readonly Snapshot[]
  readonly rowsAdded: number
  readonly rowsRemoved: number
}

/** More than these stand in each other's way. */
const marksMax = 150

/** Oldest first. */
export function timelineMarks(items: readonly Snapshot[]): readonly TimelineMark[] {
  if (items.length <= marksMax) return items.map((snapshot) => markOf([snapshot])).toReversed()
  const times = items.map(({ at }) => at)
  const first = times.reduce((least, at) => Math.min(least, at), Infinity)
  const last = times.reduce((most, at) => Math.max(most, at), -Infinity)
  const width = Math.max(1, (last - first) / marksMax)
  const groups = Map.groupBy(items, ({ at }) => Math.min(marksMax - 1, Math.floor((at - first) / width)))
  return [...groups.entries()].toSorted(([a], [b]) => a - b).map(([, snapshots]) => markOf(snapshots))
}

function markOf(snapshots: readonly Snapshot[]): TimelineMark {
  const sum = (of: (snapshot: Snapshot) => number | null): number =>
    snapshots.reduce((all, snapshot) => all + (of(snapshot) ?? 0), 0)
  return { snapshots, rowsAdded: sum(({ rowsAdded }) => rowsAdded), rowsRemoved: sum(({ rowsRemoved }) => rowsRemoved) }
}
