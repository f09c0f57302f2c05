import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nearestName } from '../../kernel/nearest.ts'
import { type Long, toLong } from '../json.ts'
import { deltaVersion, isDelta } from '../delta/write/delta-table.ts'
import { snapshotOfVersion } from '../delta/write/snapshot-of-version.ts'
import { ancestors, currentSnapshot, schemaById, snapshotOf, tableSchema } from '../metadata/read.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import type { Schema } from '../types/type.ts'

/** How somebody names a snapshot (docs/spec/time-travel.md). A name of digits is an id where no branch or tag has it. */
export type Moment =
  | { readonly by: 'id'; readonly id: Long }
  | { readonly by: 'name'; readonly name: string }
  | { readonly by: 'time'; readonly microseconds: bigint }

export interface FoundSnapshot {
  readonly snapshot: Snapshot
  /** What its rows are read with: the table's present schema for a branch, else the snapshot's own. */
  readonly schema: Schema
  /** What was current at the time has expired: it came after this snapshot and before that one. */
  readonly gapBefore?: Snapshot
}

/** `WEIR-4010` when there is no such snapshot (any more); `table` is what the message calls the table. */
export function findSnapshot(metadata: TableMetadata, moment: Moment, table: string): FoundSnapshot {
  switch (moment.by) {
    case 'id':
      return withId(metadata, moment.id, table)
    case 'name':
      return withName(metadata, moment.name, table)
    case 'time':
      return atTime(metadata, moment.microseconds, table)
  }
}

function withId(metadata: TableMetadata, id: Long, table: string): FoundSnapshot {
  // Versions of a log are small numbers, ids of snapshots are not.
  const snapshot = snapshotOf(metadata, id) ?? (isDelta(metadata) ? snapshotOfVersion(metadata, Number(id)) : undefined)
  if (snapshot !== undefined) return { snapshot, schema: ownSchema(metadata, snapshot) }
  if (isDelta(metadata) && id <= deltaVersion(metadata))
    throw missing(`${table} has no rows of version ${id}, or has them no more`, keptText(metadata))
  const expired = (metadata.snapshots ?? []).some((one) => one['parent-snapshot-id'] === id)
  throw missing(`${table} has no snapshot ${id}${expired ? ' any more: it has expired' : ''}`, keptText(metadata))
}

function withName(metadata: TableMetadata, name: string, table: string): FoundSnapshot {
  const { refs = {} } = metadata
  const ref = Object.hasOwn(refs, name) ? refs[name] : undefined
  if (ref === undefined) {
    if (/^\d{1,19}$/.test(name)) return withId(metadata, toLong(name), table)
    const names = Object.keys(refs)
    const nearest = nearestName(name, names)
    const known = names.length === 0 ? 'It has none' : `It has ${names.toSorted().slice(0, 10).join(', ')}`
    throw missing(
      `${table} has no branch or tag "${name}"`,
      nearest === undefined ? known : `Did you mean ${nearest}? ${known}`,
    )
  }
  const snapshot = snapshotOf(metadata, ref['snapshot-id'])
  if (snapshot === undefined)
    throw new WeirError(
      'WEIR-4008',
      `${table}: ${ref.type} ${name} names snapshot ${ref['snapshot-id']}, which is gone`,
    )
  return { snapshot, schema: ref.type === 'branch' ? tableSchema(metadata) : ownSchema(metadata, snapshot) }
}

function atTime(metadata: TableMetadata, microseconds: bigint, table: string): FoundSnapshot {
  const log = metadata['snapshot-log'] ?? []
  const at = log.findLastIndex((entry) => BigInt(entry['timestamp-ms']) * 1000n <= microseconds)
  const entry = log[at]
  if (entry === undefined) {
    const [first] = log
    const since =
      first && `The first that is kept, ${first['snapshot-id']}, became current at ${timeText(first['timestamp-ms'])}`
    throw missing(`${table} had no snapshot at ${momentText(microseconds)}`, since ?? 'It never had one')
  }
  const snapshot = snapshotOf(metadata, entry['snapshot-id'])
  if (snapshot === undefined)
    throw missing(
      `${table} has no snapshot of ${momentText(microseconds)} any more: ${entry['snapshot-id']} has expired`,
      keptText(metadata),
    )
  const found = { snapshot, schema: ownSchema(metadata, snapshot) }
  const next = log[at + 1]
  const after = next && snapshotOf(metadata, next['snapshot-id'])
  return after && isGap(metadata, snapshot, after) ? { ...found, gapBefore: after } : found
}

/** Whether snapshots that came between two entries of the log have expired: the later one's line breaks before the earlier. */
function isGap(metadata: TableMetadata, earlier: Snapshot, later: Snapshot): boolean {
  const isBefore = (before: Snapshot, after: Snapshot): boolean =>
    [...ancestors(metadata, after['snapshot-id'])].includes(before)
  // After a rollback the later entry is an ancestor.
  return !isBefore(earlier, later) && !isBefore(later, earlier) && lineIsBroken(metadata, later)
}

function lineIsBroken(metadata: TableMetadata, { 'snapshot-id': id }: Snapshot): boolean {
  return [...ancestors(metadata, id)].at(-1)?.['parent-snapshot-id'] != null
}

function ownSchema(metadata: TableMetadata, snapshot: Snapshot): Schema {
  return schemaById(metadata, snapshot['schema-id'] ?? -1) ?? tableSchema(metadata)
}

function missing(what: string, remedy: string): WeirError {
  return new WeirError('WEIR-4010', `${what}. ${remedy}`, { details: { what, remedy } })
}

function keptText(metadata: TableMetadata): string {
  const kept = (metadata.snapshots ?? []).toSorted((a, b) => a['timestamp-ms'] - b['timestamp-ms'])
  const [first, last] = [kept[0], currentSnapshot(metadata) ?? kept.at(-1)]
  if (!first || !last) return 'It never had one'
  const shown = (one: Snapshot) => `${one['snapshot-id']} of ${timeText(one['timestamp-ms'])}`
  return kept.length === 1
    ? `It has one, ${shown(first)}`
    : `It has ${kept.length}: the first is ${shown(first)}, the current ${shown(last)}`
}

export const timeText = (ms: number): string => new Date(ms).toISOString()

function momentText(microseconds: bigint): string {
  const date = new Date(Number(microseconds / 1000n))
  return Number.isNaN(date.getTime()) ? `${microseconds} µs` : date.toISOString()
}
