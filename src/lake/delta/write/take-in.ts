import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { applyUpdates } from '../../metadata/apply-updates.ts'
import type { Snapshot, TableMetadata } from '../../metadata/table-metadata.ts'
import type { TableUpdate } from '../../metadata/update.ts'
import { actionsOf } from '../read-delta.ts'
import {
  commitLocation,
  deltaRoot,
  deltaVersion,
  entryBytesProperty,
  snapshotVersionKey,
  versionProperty,
} from './delta-table.ts'
import { takeInForeign, type TakeInContext } from './take-in-foreign.ts'

/**
 * The table after the next commit of its log: Weir's own by the updates that it carries, another engine's by its actions. `WEIR-4025` for what
 * Weir does not know, `WEIR-4026` for a commit that is not whole.
 */
export async function takeIn(text: string, metadata: TableMetadata, context: TakeInContext): Promise<TableMetadata> {
  const version = deltaVersion(metadata) + 1
  const location = commitLocation(deltaRoot(metadata), version)
  const actions = actionsOf(text.split('\n'), location)
  const info = actions.find(({ commitInfo }) => commitInfo)?.commitInfo ?? {}
  const at = typeof info['timestamp'] === 'number' ? info['timestamp'] : context.now()
  const own = info['weir'] as { readonly table?: string; readonly updates?: readonly TableUpdate[] } | undefined
  if (own === undefined)
    return stamped(await takeInForeign(actions, metadata, { ...context, now: () => at }), metadata, text)
  if (own.table !== metadata['table-uuid'] || own.updates === undefined)
    throw new WeirError(
      'WEIR-4026',
      `${location} was written for the table ${own.table}, not ${metadata['table-uuid']}`,
    )
  return stamped(applyUpdates(metadata, own.updates, at), metadata, text)
}

/**
 * The metadata as that of the next version, whose commit is `text`: properties, and summary of the snapshot that became current, which after a rollback has been so
 * before: the versions from which on it was, with commas.
 */
export function stamped(metadata: TableMetadata, before: TableMetadata | undefined, text?: string): TableMetadata {
  const version = String(before === undefined ? 0 : deltaVersion(before) + 1)
  const id = metadata['current-snapshot-id']
  const isOther = id !== before?.['current-snapshot-id']
  return {
    ...metadata,
    properties: {
      ...metadata.properties,
      [versionProperty]: version,
      ...(text === undefined ? {} : { [entryBytesProperty]: String(Buffer.byteLength(text)) }),
    },
    ...(isOther && metadata.snapshots
      ? {
          snapshots: metadata.snapshots.map((one) => (one['snapshot-id'] === id ? withVersion(one, version) : one)),
        }
      : {}),
  }
}

function withVersion(snapshot: Snapshot, version: string): Snapshot {
  const before = snapshot.summary?.[snapshotVersionKey]
  const versions = before === undefined ? version : `${before},${version}`
  return { ...snapshot, summary: { ...snapshot.summary, [snapshotVersionKey]: versions } }
}
