/** A pause that something new to do cuts short. */
export interface WakingPause {
  of(ms: number): Promise<void>
  /** Ends the pause of now; without one it does nothing. */
  wake(): void
}

export function wakingPause(): WakingPause {
  let wake = (): void => undefined
  return {
    of: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms)
        wake = () => (clearTimeout(timer), resolve())
      }),
    wake: () => wake(),
  }
}
