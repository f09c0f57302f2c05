import { setTimeout as pause } from 'node:timers/promises'

/** Asks until the answer is neither undefined nor an error; after the deadline fails with what was waited for and the last reason. */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + deadlineMs
  let reason: unknown
  for (;;) {
    try {
      const found = await ask()
      if (found !== undefined) return found
    } catch (error) {
      reason = error
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${deadlineMs} ms`, { cause: reason })
    await pause(25)
  }
}
