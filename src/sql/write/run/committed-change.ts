import { deserialize, serialize } from 'node:v8'
import type { RowChange } from '../../../lake/commit/row-change.ts'
import type { TableMetadata } from '../../../lake/metadata/table-metadata.ts'
import type { PendingTable } from '../../snapshot/pending-table.ts'

/** One table's part of a commit, and where its files lie until they are adopted. */
export interface CommittedChange {
  readonly change: RowChange
  readonly files: readonly { readonly path: string; readonly location: string }[]
  /** The table is made by the commit, as it was staged. */
  readonly created?: TableMetadata
}

/** Undefined when the transaction has left the table as it was. */
export function changeOf(pending: PendingTable): CommittedChange | undefined {
  const { uuid, schemaId, read, added, deletes, removed, absent } = pending
  if (added.length + deletes.length + removed.length === 0) return undefined
  const takes = deletes.length + removed.length > 0
  const change: RowChange = {
    tableUuid: uuid,
    schemaId,
    ...(read === undefined
      ? {}
      : { read: { snapshotId: read.snapshot?.['snapshot-id'] ?? null, isolation: 'snapshot' as const } }),
    ...(absent ? { absent } : {}),
    operation: !takes ? 'append' : added.length > 0 ? 'overwrite' : 'delete',
    added: added.map(({ file }) => file),
    deletes: deletes.map(({ file }) => file),
    removed,
  }
  // A file may have vectors of many files of data.
  const paths = new Map([...added, ...deletes].map(({ path, file }) => [file.location, path]))
  return { change, files: Array.from(paths, ([location, path]) => ({ path, location })) }
}

/** It has maps, bytes and numbers that JSON does not; both ends are the same Node. */
export const encodeChange = (change: CommittedChange): string => serialize(change).toString('base64')
export const decodeChange = (text: string): CommittedChange =>
  deserialize(Buffer.from(text, 'base64')) as CommittedChange
