import { z } from 'zod'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { checkedLocation } from '../../storage/objects/checked-name.ts'
import { under } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { parseJson, stringifyJson } from '../json.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { retentionOf } from './retention.ts'

/** Snapshots that went together, written down before they do: what they read stays a while for those who read it. */
export interface ThinnedSnapshots {
  /** Of the file that says so; removed when their files are. */
  readonly location: string
  /** When they went, or were about to. */
  readonly at: number
  /** Some may be in the table still: of a commit that did not happen, or was not answered. */
  readonly snapshots: readonly Snapshot[]
}

const record = z.looseObject({
  version: z.literal(1),
  at: z.number(),
  snapshots: z.array(z.looseObject({ 'manifest-list': z.string() })),
})

function folderOf(metadata: TableMetadata): string {
  return under(metadata.location, 'weir/thinned', '')
}

/** Durable when it resolves, under the location that it answers. */
export async function writeThinned(
  metadata: TableMetadata,
  { at, snapshots }: Omit<ThinnedSnapshots, 'location'>,
  store: Pick<ObjectStore, 'put'>,
): Promise<string> {
  const bytes = Buffer.from(stringifyJson({ version: 1, at, snapshots }))
  const location = checkedLocation(folderOf(metadata), bytes, (id) => `${at}-${id}.json`)
  await store.put(location, bytes)
  return location
}

/** All whose files are not removed, oldest first. */
export async function readThinned(
  metadata: TableMetadata,
  store: Pick<ObjectStore, 'list' | 'get'>,
): Promise<readonly ThinnedSnapshots[]> {
  const locations: string[] = []
  for await (const { location } of store.list(folderOf(metadata)))
    if (location.endsWith('.json')) locations.push(location)
  const found: ThinnedSnapshots[] = []
  for (const location of locations) {
    const bytes = await store.get(location).catch((error: unknown) => {
      // The catalog takes back what a commit wrote that lost its race, and another expiry what it has removed.
      if (error instanceof WeirError && error.code === 'WEIR-8002') return undefined
      throw error
    })
    if (bytes !== undefined) found.push(parsed(location, bytes.toString()))
  }
  return found.toSorted((a, b) => a.at - b.at)
}

/** Of snapshots that somebody may be reading: their files stay. */
export async function thinnedStillRead(
  metadata: TableMetadata,
  { store, now }: { readonly store: Pick<ObjectStore, 'list' | 'get'>; readonly now: () => number },
): Promise<readonly ThinnedSnapshots[]> {
  const thinned = await readThinned(metadata, store)
  return thinned.filter((one) => !isDue(one, metadata, now()))
}

/** Whether it is as long ago as nothing expires that was current since. */
export function isDue({ at }: ThinnedSnapshots, { properties }: TableMetadata, now: number): boolean {
  return at <= now - retentionOf(properties).everyMs
}

function parsed(location: string, text: string): ThinnedSnapshots {
  try {
    const { at, snapshots } = record.parse(parseJson(text))
    return { location, at, snapshots: snapshots as unknown as readonly Snapshot[] }
  } catch (cause) {
    throw new WeirError('WEIR-4008', `${location} does not say which snapshots went`, { cause })
  }
}
