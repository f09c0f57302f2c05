import type { LostRange, StateEntry } from '../../record/delivery-state.ts'
import type { OffsetHole } from '../../stream/offset-holes.ts'

/** Offsets `[from, to)` that are gone from a log: those that it passed over when it was restored are told from the others. */
export function goneOffsets(from: number, to: number, holes: readonly OffsetHole[]): readonly LostRange[] {
  const within = holes.filter((hole) => hole.from < to && hole.to > from)
  const ranges: LostRange[] = []
  let at = from
  for (const hole of within) {
    const [start, end] = [Math.max(hole.from, from), Math.min(hole.to, to)]
    if (start > at) ranges.push(rangeOf(at, start))
    ranges.push({ ...rangeOf(start, end), restored: true })
    at = end
  }
  return at < to ? [...ranges, rangeOf(at, to)] : ranges
}

function rangeOf(from: number, to: number): LostRange {
  return { from: String(from), to: String(to) }
}

/** Holes of a restore that the entry knows: nobody is asked about them (any more). */
export function notedHoles({ lost }: Pick<StateEntry, 'lost'>): readonly OffsetHole[] {
  return lost.filter(({ restored }) => restored).map(({ from, to }) => ({ from: Number(from), to: Number(to) }))
}

/** The holes of the log that the entry does not know yet. */
export function newHoles(
  holes: readonly OffsetHole[],
  entry: Pick<StateEntry, 'lost'> | undefined,
): readonly OffsetHole[] {
  const noted = entry ? notedHoles(entry) : []
  return holes.filter(({ from, to }) => !noted.some((hole) => hole.from <= from && to <= hole.to))
}
