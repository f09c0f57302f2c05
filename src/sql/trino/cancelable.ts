/** Work that a cancellation ends. */
export interface Cancelable {
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** All that runs now rejects with `reason`. */
  cancel(reason: Error): void
}

export function createCancelable(): Cancelable {
  const active = new Set<AbortController>()
  return {
    async run(work) {
      const controller = new AbortController()
      active.add(controller)
      try {
        return await work(controller.signal)
      } finally {
        active.delete(controller)
      }
    },
    cancel(reason) {
      for (const controller of active) controller.abort(reason)
    },
  }
}
