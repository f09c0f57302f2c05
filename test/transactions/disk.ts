/**
 * A file that is appended to: what was written becomes durable later, in its order. A crash loses an end of what was not durable, and
 * perhaps not all of it: the next life then finds what nobody was told of.
 */
export interface Disk<T> {
  readonly durable: readonly T[]
  readonly hasPending: boolean
  /** For one life: what is appended by a process that was killed is nowhere. An append resolves when it is durable; never, when a crash comes first. */
  open(): (item: T, onDurable?: () => void) => Promise<void>
  /** The first so many that are pending become durable; their writers are told in the same turn. */
  sync(count: number): void
  /** Nothing but the first so many that are pending survive. */
  crash(surviving: number): void
  readonly pending: number
}

interface Waiting<T> {
  readonly item: T
  readonly onDurable: (() => void) | undefined
  readonly resolve: () => void
}

export function createDisk<T>(): Disk<T> {
  const durable: T[] = []
  let waiting: Waiting<T>[] = []
  let life = 0
  return {
    durable,
    get hasPending() {
      return waiting.length > 0
    },
    get pending() {
      return waiting.length
    },
    open() {
      const own = life
      return (item, onDurable) =>
        new Promise((resolve) => {
          if (own === life) waiting.push({ item, onDurable, resolve })
        })
    },
    sync(count) {
      for (const { item, onDurable, resolve } of waiting.splice(0, count)) {
        durable.push(item)
        onDurable?.()
        resolve()
      }
    },
    crash(surviving) {
      durable.push(...waiting.slice(0, surviving).map(({ item }) => item))
      waiting = []
      life++
    },
  }
}
