import { WeirError } from '../../kernel/errors/weir-error.ts'
import { behindHoles } from '../../stream/offset-holes.ts'
import type { Position } from './positions.ts'

/** The next fetch of the partition begins here; at a hole there is none, for what is behind it waits for an operator's answer. */
export function readOn(nextOffsets: Map<number, number>, { partition, holes }: Position, next: number): void {
  nextOffsets.delete(partition)
  if (behindHoles(holes, next) === next) nextOffsets.set(partition, next)
}

/**
 * What a restored log had after its backup is gone, and nobody knows what it was: an operator is asked (delivery.md, rules 6 and
 * 7), once for all partitions. That is when each one with a hole before it has come to it; what was in front is committed first.
 */
export async function stopAtHoles(positions: readonly Position[], commit: () => Promise<unknown>): Promise<void> {
  const before = positions.filter(({ next, holes }) => holes.some(({ to }) => to > next))
  if (before.length === 0 || !before.every(({ next, holes }) => behindHoles(holes, next) !== next)) return
  await commit()
  const ranges = before.map(({ partition, next, holes }) => ({
    partition,
    from: String(next),
    to: String(behindHoles(holes, next)),
  }))
  const shown = ranges.map(({ partition, from, to }) => `partition ${partition} offsets ${from} to ${BigInt(to) - 1n}`)
  throw new WeirError(
    'WEIR-5012',
    `the log was restored from a backup and has passed over offsets that it may have handed out since: ${shown.join(', ')}. Records that were acknowledged there are gone, if there were any`,
    { details: { partitions: ranges } },
  )
}
