import { deliveryState, stateProperty } from '../../record/delivery-state.ts'
import { under } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'

/** Paths, relative to the table's location, of the state files that these snapshots name. */
export function statesOf(snapshots: readonly Snapshot[]): ReadonlySet<string> {
  return new Set(snapshots.flatMap((snapshot) => snapshot.summary?.[stateProperty] ?? []))
}

/** Those and the one that the table itself names. */
export function statesInForce(metadata: TableMetadata): ReadonlySet<string> {
  const current = metadata.properties?.[stateProperty]
  return new Set([...statesOf(metadata.snapshots ?? []), ...(current === undefined ? [] : [current])])
}

/** Files of dead letters that these states name. A state that is not there names none, if `absent` allows it. */
export async function letterFilesOf(
  states: Iterable<string>,
  metadata: TableMetadata,
  store: Pick<ObjectStore, 'get'>,
  absent: 'fails' | 'allowed',
): Promise<ReadonlySet<string>> {
  const paths = new Set<string>()
  for (const state of states) {
    try {
      const text = (await store.get(under(metadata.location, state))).toString()
      for (const file of deliveryState.parse(JSON.parse(text)).letterFiles) paths.add(file.path)
    } catch (error) {
      if (absent === 'allowed' && error instanceof WeirError && error.code === 'WEIR-8002') continue
      throw error
    }
  }
  return paths
}
