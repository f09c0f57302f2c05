import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Long } from '../json.ts'
import { toLong } from '../json.ts'
import { changed, type MetadataDraft } from './metadata-builder.ts'
import { snapshotOf } from './read.ts'
import type { Snapshot, SnapshotRef } from './table-metadata.ts'

export const mainBranch = 'main'

export function addSnapshot(draft: MetadataDraft, snapshot: Snapshot): MetadataDraft {
  const { metadata } = draft
  const last = metadata['last-sequence-number']
  const sequence = snapshot['sequence-number'] ?? 0
  if (snapshotOf(metadata, snapshot['snapshot-id']) !== undefined)
    throw new WeirError('WEIR-4006', `Snapshot ${snapshot['snapshot-id']} is already in the table`)
  // Delivery rule 2: a commit sent again after another came must not slip in behind it.
  if (metadata['format-version'] >= 2 && sequence <= last && snapshot['parent-snapshot-id'] != null)
    throw new WeirError(
      'WEIR-4004',
      `Cannot add snapshot with sequence number ${sequence} older than last sequence number ${last}`,
    )
  return changed(draft, {
    snapshots: [...(metadata.snapshots ?? []), snapshot],
    'last-sequence-number': Math.max(last, sequence),
    ...rowsAfter(draft, snapshot),
  })
}

/** Version 3 numbers rows: the next free number moves on by the rows that the snapshot took. */
function rowsAfter({ metadata }: MetadataDraft, snapshot: Snapshot): { 'next-row-id'?: Long } {
  if (metadata['format-version'] < 3) return {}
  const next = BigInt(metadata['next-row-id'] ?? 0)
  const first = snapshot['first-row-id']
  if (first === undefined) throw new WeirError('WEIR-4006', 'A snapshot of a version 3 table needs first-row-id')
  if (BigInt(first) < next)
    throw new WeirError('WEIR-4004', `first-row-id ${first} is behind next-row-id ${next} of the table`)
  return { 'next-row-id': toLong(next + BigInt(snapshot['added-rows'] ?? 0)) }
}

export function setRef(draft: MetadataDraft, update: SnapshotRef & { readonly 'ref-name': string }): MetadataDraft {
  const { metadata } = draft
  const { 'ref-name': name, 'snapshot-id': id, type } = update
  const snapshot = snapshotOf(metadata, id)
  if (snapshot === undefined) throw new WeirError('WEIR-4006', `Cannot set ${name} to unknown snapshot: ${id}`)
  const keep = (key: 'min-snapshots-to-keep' | 'max-snapshot-age-ms' | 'max-ref-age-ms') =>
    update[key] == null ? {} : { [key]: update[key] }
  const ref: SnapshotRef = {
    'snapshot-id': id,
    type,
    ...keep('min-snapshots-to-keep'),
    ...keep('max-snapshot-age-ms'),
    ...keep('max-ref-age-ms'),
  }
  const refs = { ...metadata.refs, [name]: ref }
  if (name !== mainBranch || metadata['current-snapshot-id'] === id) return changed(draft, { refs })
  const entry = { 'snapshot-id': id, 'timestamp-ms': Math.max(draft.now, snapshot['timestamp-ms']) }
  return changed(draft, {
    refs,
    'current-snapshot-id': id,
    'snapshot-log': [...(metadata['snapshot-log'] ?? []), entry],
  })
}

export function removeRef(draft: MetadataDraft, name: string): MetadataDraft {
  const { [name]: _, ...refs } = draft.metadata.refs ?? {}
  return changed(draft, { refs, ...(name === mainBranch ? { 'current-snapshot-id': -1 } : {}) })
}

/** With them go the refs to them, their statistics, and the log before the last one that is gone. */
export function removeSnapshots(draft: MetadataDraft, ids: readonly Long[]): MetadataDraft {
  const { metadata } = draft
  const gone = new Set(ids)
  if (metadata['current-snapshot-id'] != null && gone.has(metadata['current-snapshot-id']))
    throw new WeirError('WEIR-4006', `Snapshot ${metadata['current-snapshot-id']} is current and cannot be removed`)
  const stays = <T extends { readonly 'snapshot-id': Long }>(items: readonly T[] | undefined) =>
    (items ?? []).filter((item) => !gone.has(item['snapshot-id']))
  const optional = <K extends 'statistics' | 'partition-statistics'>(key: K) =>
    metadata[key] === undefined ? {} : { [key]: stays(metadata[key]) }
  return changed(draft, {
    snapshots: stays(metadata.snapshots),
    'snapshot-log': stays(metadata['snapshot-log']),
    refs: Object.fromEntries(Object.entries(metadata.refs ?? {}).filter(([, ref]) => !gone.has(ref['snapshot-id']))),
    ...optional('statistics'),
    ...optional('partition-statistics'),
  })
}
