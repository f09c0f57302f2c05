/** Work of one key runs one after the other, in the order of calls. */
export interface Turns {
  take<T>(key: string, work: () => Promise<T>): Promise<T>
}

export function takeTurns(): Turns {
  const last = new Map<string, Promise<unknown>>()
  return {
    take(key, work) {
      const before = last.get(key)
      const turn = before ? before.then(work, work) : work()
      last.set(key, turn)
      const leave = (): void => {
        if (last.get(key) === turn) last.delete(key)
      }
      turn.then(leave, leave)
      return turn
    },
  }
}
