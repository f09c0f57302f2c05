import type { TableIdent } from './pointer-store.ts'

export type InTurn = <T>(table: TableIdent, work: () => Promise<T>) => Promise<T>

/** Runs what is to be done with one table one after the other, in the order it came; with different ones side by side. */
export function inTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>()
  return async (table, work) => {
    const key = JSON.stringify([table.namespace, table.name])
    const before = last.get(key) ?? Promise.resolve()
    const done = before.then(work)
    const settled = done.then(
      () => undefined,
      () => undefined,
    )
    last.set(key, settled)
    try {
      return await done
    } finally {
      if (last.get(key) === settled) last.delete(key)
    }
  }
}
