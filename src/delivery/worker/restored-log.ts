import { WeirError } from '../../kernel/errors/weir-error.ts'
import { behindHoles } from '../../stream/offset-holes.ts'
import type { Position } from './positions.ts'

/** Where the partition is read on: behind holes that nobody is asked about (any more). */
export function placeOf({ noted }: Pick<Position, 'noted'>, next: number): number {
  return behindHoles(noted, next)
}

/** The next fetch of the partition begins here; at a hole there is none, for what is behind it waits for an operator's answer. */
export function readOn(nextOffsets: Map<number, number>, position: Position, next: number): void {
  const { partition, holes } = position
  const place = placeOf(position, next)
  nextOffsets.delete(partition)
  if (behindHoles(holes, place) === place) nextOffsets.set(partition, place)
}

/**
 * What a restored log had after its backup is gone, and nobody knows what it was: an operator is asked (delivery.md, rules 6 and
 * 7), once for all partitions. That is when each one with a hole before it has come to it; what was in front is committed first.
 */
export async function stopAtHoles(positions: readonly Position[], commit: () => Promise<unknown>): Promise<void> {
  const before = positions
    .map((position) => ({ ...position, place: placeOf(position, position.next) }))
    .filter(({ place, holes }) => holes.some(({ to }) => to > place))
  if (before.length === 0 || !before.every(({ place, holes }) => behindHoles(holes, place) !== place)) return
  await commit()
  const ranges = before.map(({ partition, place, holes }) => ({
    partition,
    from: String(place),
    to: String(behindHoles(holes, place)),
  }))
  const shown = ranges.map(({ partition, from, to }) => `partition ${partition} offsets ${from} to ${BigInt(to) - 1n}`)
  throw new WeirError(
    'WEIR-5012',
    `the log was restored from a backup and has passed over offsets that it may have handed out since: ${shown.join(', ')}. Records that were acknowledged there are gone, if there were any`,
    { details: { partitions: ranges } },
  )
}
