import { under } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { liveFilesOf, manifestsOf, type ReachContext } from './reachable-files.ts'
import { letterFilesOf, statesInForce, statesOf } from './state-files.ts'

/**
 * What was named by these snapshots and by nothing that the table retains, with its bytes where they are known; rows first,
 * what leads to them last. Some of it may be gone already: who removes files and is killed in it begins again.
 * `stillRead`: snapshots that the table names no more, and whose files stay.
 */
export async function filesOnlyOf(
  expired: readonly Snapshot[],
  after: TableMetadata,
  context: ReachContext & { readonly store: ObjectStore },
  stillRead: readonly Snapshot[] = [],
): Promise<ReadonlyMap<string, number>> {
  if (expired.length === 0) return new Map()
  const kept = await manifestsOf(after.snapshots ?? [], context)
  // Another expiry may be removing them, their hour over.
  const read = await manifestsOf(stillRead, context, 'allowed')
  const gone = [...(await manifestsOf(expired, context, 'allowed')).values()].filter(
    ({ location }) => !kept.has(location) && !read.has(location),
  )
  const data = await liveFilesOf(gone, context, 'allowed')
  const none: ReadonlyMap<string, number> = new Map()
  const keptData = data.size === 0 ? none : await liveFilesOf(kept.values(), context)
  const readData = data.size === 0 ? none : await liveFilesOf(read.values(), context, 'allowed')
  const own = under(after.location, '')
  const files: readonly (readonly [location: string, bytes: number])[] = [
    ...[...data].filter(([file]) => !keptData.has(file) && !readData.has(file)),
    ...(
      await deliveryFilesOnlyOf(
        expired,
        { ...after, snapshots: [...(after.snapshots ?? []), ...stillRead] },
        context.store,
      )
    ).map((file) => [file, 0] as const),
    ...gone.map(({ location, lengthBytes }) => [location, lengthBytes] as const),
    ...expired.map((snapshot) => [snapshot['manifest-list'], 0] as const),
  ]
  return new Map(files.filter(([file]) => file.startsWith(own)))
}

/** State files and the dead letters that only those named. */
async function deliveryFilesOnlyOf(
  expired: readonly Snapshot[],
  after: TableMetadata,
  store: ObjectStore,
): Promise<readonly string[]> {
  const inForce = statesInForce(after)
  const gone = [...statesOf(expired)].filter((state) => !inForce.has(state))
  if (gone.length === 0) return []
  const letters = await letterFilesOf(gone, after, store, 'allowed')
  const keptLetters = letters.size === 0 ? letters : await letterFilesOf(inForce, after, store, 'fails')
  return [...[...letters].filter((file) => !keptLetters.has(file)), ...gone].map((path) => under(after.location, path))
}
