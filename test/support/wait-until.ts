import { setTimeout as pause } from 'node:timers/promises'

/** Waits for a condition, with a deadline; the last answer is returned. `what` says what was waited for when it never came. */
export async function waitUntil<T>(
  what: string,
  ask: () => T | Promise<T>,
  deadlineMs = 60_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    const answer = await ask()
    if (answer) return answer as NonNullable<T>
    if (Date.now() > deadline) throw new Error(`${what}: not within ${deadlineMs} ms`)
    await pause(25)
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
