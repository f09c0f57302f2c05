import type { WeirError } from '../../src/kernel/errors/weir-error.ts'
import { unwritten } from '../../src/stream/broker/storage/partition-checkpoint.ts'
import type { StateLogPlace } from '../../src/stream/broker/storage/state-log.ts'

/** A log of a state of which nothing was written down, and of which nothing is; damage goes into `found`. */
export function placeIn(folder: string, found: WeirError[] = []): StateLogPlace {
  return {
    folder,
    written: unwritten,
    write: () => Promise.resolve(),
    onDamage: (damage) => void found.push(damage),
  }
}
