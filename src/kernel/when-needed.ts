export interface WhenNeeded<T> {
  (): Promise<T>
  /** Undefined while nobody has asked. */
  readonly made: Promise<T> | undefined
}

/** Made for the first who asks, and the same for all who do later. A failure is not kept. */
export function whenNeeded<T>(make: () => Promise<T>): WhenNeeded<T> {
  let made: Promise<T> | undefined
  const get = (): Promise<T> => {
    if (!made) {
      made = make()
      made.catch(() => (made = undefined))
    }
    return made
  }
  return Object.defineProperty(get as WhenNeeded<T>, 'made', { get: () => made })
}
