import { defaultContext, qualify } from '../qualified-subject.ts'
import { idMax, isId } from './registry-record.ts'
import type { StoredVersion } from './stored-version.ts'

/** Which schema an id stands for, in each context. */
export interface IdIndex {
  /** The versions with this id, of all subjects of the context, deleted ones included. */
  find(context: string, id: number): readonly StoredVersion[]
  /** The id of the schema that is this, if it has one. */
  idOf(context: string, guid: string): number | undefined
  /** The largest that was ever given there. */
  largest(context: string): number
  /** The same for each context. */
  allLargest(): Readonly<Record<string, number>>
  add(stored: StoredVersion): void
  remove(stored: StoredVersion): void
  /** Passes over ids that a log may have given that was restored from a backup since. */
  passOver(count: number): void
  /** Largest ids by context, as a NOOP record has them; anything else is passed over. */
  raise(maxIds: unknown): void
}

export function createIdIndex(): IdIndex {
  const byId = new Map<string, Map<number, Set<StoredVersion>>>()
  const byGuid = new Map<string, Map<string, number>>()
  const largest = new Map<string, number>()

  function raiseTo(context: string, id: number): void {
    largest.set(context, Math.max(id, largest.get(context) ?? 0))
  }

  return {
    find: (context, id) => [...(byId.get(context)?.get(id) ?? [])],
    idOf: (context, guid) => byGuid.get(context)?.get(guid),
    largest: (context) => largest.get(context) ?? 0,
    allLargest: () => Object.fromEntries(largest),
    add(stored) {
      const { context } = qualify(stored.subject)
      const ids = byId.get(context) ?? new Map<number, Set<StoredVersion>>()
      byId.set(context, ids.set(stored.id, (ids.get(stored.id) ?? new Set()).add(stored)))
      const guids = byGuid.get(context) ?? new Map<string, number>()
      byGuid.set(context, guids.set(stored.guid, stored.id))
      raiseTo(context, stored.id)
    },
    remove(stored) {
      const { context } = qualify(stored.subject)
      const versions = byId.get(context)?.get(stored.id)
      versions?.delete(stored)
      if (versions?.size !== 0) return
      byId.get(context)!.delete(stored.id)
      if (byGuid.get(context)?.get(stored.guid) === stored.id) byGuid.get(context)!.delete(stored.guid)
    },
    passOver(count) {
      for (const context of new Set([defaultContext, ...largest.keys()]))
        raiseTo(context, Math.min(idMax, (largest.get(context) ?? 0) + count))
    },
    raise(maxIds) {
      if (typeof maxIds !== 'object' || maxIds === null) return
      for (const [context, id] of Object.entries(maxIds)) if (isId(id)) raiseTo(context, id)
    },
  }
}
