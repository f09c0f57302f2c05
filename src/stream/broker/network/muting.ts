/** A client that is over its quota is not read from for some time (KIP-219): the kernel holds what it goes on to send. */
export interface Muting {
  isMuted(): boolean
  mute(ms: number): void
  /** The connection is gone. */
  end(): void
}

/** `wake` is called when the time is over. */
export function createMuting(monotonic: () => number, wake: () => void): Muting {
  let until = 0
  let timer: NodeJS.Timeout | undefined
  const isMuted = (): boolean => until > 0 && monotonic() < until

  function wait(): void {
    clearTimeout(timer)
    timer = setTimeout(
      () => {
        // A timer may be early by a part of a millisecond.
        if (isMuted()) return wait()
        until = 0
        wake()
      },
      Math.ceil(until - monotonic()),
    ).unref()
  }

  return {
    isMuted,
    mute(ms) {
      until = Math.max(until, monotonic() + ms)
      wait()
    },
    end: () => clearTimeout(timer),
  }
}
