import type { RecordSource } from '../record-source.ts'
import type { Position } from './positions.ts'

/** Reading waits there: the synced end is farther, but what lies between is not decided. */
function isHeld({ next, end, stableEnd }: Position): boolean {
  return next >= stableEnd && stableEnd < end
}

/** Finds out whom the held positions wait for, once for each transaction; nobody has to wait for the answer. */
export function findHolders(positions: Iterable<Position>, source: RecordSource): void {
  for (const position of positions) {
    if (!isHeld(position)) {
      position.heldBy = undefined
    } else if (position.heldBy?.offset !== position.stableEnd) {
      const { partition, stableEnd: offset } = position
      position.heldBy = { offset, who: undefined }
      source.openTransaction(partition).then(
        (who) => {
          if (position.heldBy?.offset === offset) position.heldBy = { offset, who }
        },
        // A broker that does not tell: the offset has to do.
        () => undefined,
      )
    }
  }
}

/** For people; null when nothing is held. */
export function describeHolders(positions: Iterable<Position>): string | null {
  const held = [...positions].filter((position) => isHeld(position) && position.heldBy)
  if (held.length === 0) return null
  const places = held.map(({ partition, heldBy }) => {
    const { offset, who } = heldBy!
    return `${who ? ` of ${who}` : ''} at offset ${offset} of partition ${partition}`
  })
  return `waits for an open transaction${places.slice(0, 3).join(', and one')}${places.length > 3 ? ` and ${places.length - 3} more` : ''}`
}
