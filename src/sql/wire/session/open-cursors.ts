import { sqlError } from '../../sql-error.ts'
import type { QueryPortal } from './portal.ts'

/** What DECLARE made, by name. */
export interface OpenCursors {
  /** SQLSTATE 42P03 for a name that is taken. */
  add(name: string, portal: QueryPortal, life: 'transaction' | 'held' | 'kept'): void
  get(name: string): QueryPortal | undefined
  close(name: string): Promise<void>
  closeAll(): Promise<void>
  /** What was declared WITH HOLD outlives its transaction if that was committed; what an earlier one left goes on in any case. */
  endTransaction(outcome: 'committed' | 'rolled back'): Promise<void>
}

export function openCursors(): OpenCursors {
  const cursors = new Map<string, { readonly portal: QueryPortal; readonly life: 'transaction' | 'held' | 'kept' }>()
  const close = async (name: string): Promise<void> => {
    const cursor = cursors.get(name)
    cursors.delete(name)
    await cursor?.portal.close()
  }
  return {
    add(name, portal, life) {
      if (cursors.has(name)) throw sqlError('WEIR-6002', `cursor "${name}" already exists`, { sqlstate: '42P03' })
      cursors.set(name, { portal, life })
    },
    get: (name) => cursors.get(name)?.portal,
    close,
    async closeAll() {
      for (const name of [...cursors.keys()]) await close(name)
    },
    async endTransaction(outcome) {
      for (const [name, { portal, life }] of [...cursors]) {
        if (life === 'held' && outcome === 'committed') cursors.set(name, { portal, life: 'kept' })
        else if (life !== 'kept') await close(name)
      }
    },
  }
}
