export type ChildState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly pid: number; readonly since: number }
  | { readonly kind: 'waiting'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'stopped' }

/** The state of a child, for those who wait for another one. */
export interface ChildStateCell {
  readonly now: ChildState
  /** `stopped` is for good. */
  become(next: ChildState): void
  /** Resolves with the next change, or when the time is over. */
  changed(withinMs: number): Promise<void>
}

export function childStateCell(): ChildStateCell {
  let now: ChildState = { kind: 'idle' }
  const waiters = new Set<() => void>()
  return {
    get now() {
      return now
    },
    become(next) {
      if (now.kind === 'stopped') return
      now = next
      for (const wake of waiters) wake()
    },
    changed: (withinMs) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          waiters.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, withinMs)
        waiters.add(wake)
      }),
  }
}
