/** At most so many at the same time; the others wait in the order in which they came. */
export interface Slots {
  /** Resolves when there is room, to what gives it back; to be called once. */
  take(): Promise<() => void>
}

export function openSlots(count: number): Slots {
  let free = count
  const waiting: (() => void)[] = []
  const release = (): void => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }
  return {
    take: async () => {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      return release
    },
  }
}
