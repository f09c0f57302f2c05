/**
 * Offsets `[from, to)` that a log passed over when it was restored from a backup: records that were acknowledged after the
 * backup may have had them, so nobody gets them again (delivery.md, rule 6). Lists of holes are in order.
 */
export interface OffsetHole {
  readonly from: number
  readonly to: number
}

/** The first offset at or after this one that is in no hole. */
export function behindHoles(holes: readonly OffsetHole[], offset: number): number {
  return holes.reduce((at, { from, to }) => (from <= at && at < to ? to : at), offset)
}

/** Where the offsets before this one end: where the holes begin that reach up to it. */
export function endBefore(holes: readonly OffsetHole[], offset: number): number {
  return holes.reduceRight((at, { from, to }) => (to === at ? from : at), offset)
}

/** How many offsets of `[from, to)` are in no hole. */
export function offsetsOutside(holes: readonly OffsetHole[], from: number, to: number): number {
  const within = holes.map((hole) => Math.max(0, Math.min(hole.to, to) - Math.max(hole.from, from)))
  return within.reduce((left, offsets) => left - offsets, Math.max(0, to - from))
}
