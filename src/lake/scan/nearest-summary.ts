import { stateProperty } from '../../record/delivery-state.ts'
import type { Long } from '../json.ts'
import { ancestors } from '../metadata/read.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'

export interface NearestSummary {
  readonly snapshotId: Long
  /** Location of the state file, relative to the table's. */
  readonly state: string
}

/**
 * The state file that the nearest ancestor of a snapshot names (delivery rule 4), the snapshot itself first; undefined
 * when none that is retained names one. The current snapshot's when no id is given.
 */
export function nearestSummary(
  metadata: TableMetadata,
  snapshotId: Long | null | undefined = metadata['current-snapshot-id'],
): NearestSummary | undefined {
  for (const snapshot of ancestors(metadata, snapshotId)) {
    const state = snapshot.summary?.[stateProperty]
    if (state !== undefined) return { snapshotId: snapshot['snapshot-id'], state }
  }
  return undefined
}
