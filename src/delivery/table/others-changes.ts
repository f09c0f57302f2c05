import { ancestors } from '../../lake/metadata/read.ts'
import type { Snapshot, TableMetadata } from '../../lake/metadata/table-metadata.ts'
import { stateProperty } from '../../record/delivery-state.ts'
import type { OthersChanges } from './delivery-table.ts'

const nothing: OthersChanges = { isWhole: true, added: 0n, placedMax: 0n, removed: 0n, removedMax: 0n }

/** By the summaries of the ancestors of the current snapshot. */
export function othersChanges(metadata: TableMetadata): {
  readonly since: OthersChanges
  readonly ever: OthersChanges
} {
  const line = [...ancestors(metadata, metadata['current-snapshot-id'])].toReversed()
  const isWhole = line[0] === undefined || line[0]['parent-snapshot-id'] == null
  let ever: OthersChanges = { ...nothing, isWhole }
  let since = ever
  let named: string | undefined
  for (const snapshot of line) {
    if (isDelivery(snapshot, named)) since = nothing
    else {
      const change = changeOf(snapshot)
      since = sumOf(since, change)
      ever = sumOf(ever, change)
    }
    named = snapshot.summary?.[stateProperty] ?? named
  }
  return { since, ever }
}

/** Each commit of a delivery has a state of its own; all others carry on that of their parent, or name none. */
function isDelivery({ summary = {} }: Snapshot, before: string | undefined): boolean {
  const state = summary[stateProperty]
  return (
    state !== undefined &&
    state !== before &&
    summary['operation'] !== 'replace' &&
    summary['engine-name'] === undefined
  )
}

function changeOf({ summary }: Snapshot): OthersChanges {
  if (summary?.['operation'] === 'replace') return nothing
  const count = (key: string): bigint => BigInt(summary?.[key] ?? 0)
  const added = count('added-records')
  const named = count('deleted-records') + count('added-position-deletes')
  const isCounted = named + added > 0n || summary?.['total-records'] !== undefined
  const removed = named - count('removed-position-deletes')
  // Weir takes out the deletes of a file with it. Those that others leave behind were counted when they came.
  const isOurs = summary?.['engine-name'] === 'weir'
  return {
    isWhole: isCounted && count('added-equality-deletes') === 0n,
    added,
    // INSERT writes rows without an offset; what changes rows may carry theirs on to another key.
    placedMax: isOurs && summary?.['operation'] === 'append' ? 0n : added,
    removed,
    removedMax: isOurs ? (removed > 0n ? removed : 0n) : named,
  }
}

function sumOf(one: OthersChanges, other: OthersChanges): OthersChanges {
  return {
    isWhole: one.isWhole && other.isWhole,
    added: one.added + other.added,
    placedMax: one.placedMax + other.placedMax,
    removed: one.removed + other.removed,
    removedMax: one.removedMax + other.removedMax,
  }
}
