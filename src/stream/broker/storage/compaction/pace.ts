import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../../../kernel/clock.ts'

/** How fast background work may go, and when others are served between. Ends by throwing when it is told to stop. */
export interface Pace {
  /** Called often: lets others in when this has worked for some milliseconds. */
  breathe(): Promise<void>
  /** After so many bytes were read or written: waits as long as that takes at the allowed rate. */
  spend(bytes: number): Promise<void>
}

const sliceMs = 4
/** So much of unused rate is kept for the next burst. */
const burstMs = 200

/** Throws the signal's reason once it is aborted. */
export function createPace(clock: Clock, bytesPerSecond: number, signal: AbortSignal): Pace {
  let sliceBegan = clock.monotonic()
  let freeAt = clock.monotonic()
  return {
    async breathe() {
      if (clock.monotonic() - sliceBegan < sliceMs) return
      await nextTurn()
      signal.throwIfAborted()
      sliceBegan = clock.monotonic()
    },
    async spend(bytes) {
      signal.throwIfAborted()
      const now = clock.monotonic()
      freeAt = Math.max(freeAt, now - burstMs) + (bytes / bytesPerSecond) * 1000
      if (freeAt > now)
        await pause(freeAt - now, undefined, { signal, ref: false }).catch(() => signal.throwIfAborted())
      sliceBegan = clock.monotonic()
    },
  }
}
