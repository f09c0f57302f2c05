import { numberProperty } from '../metadata/heeded-properties.ts'
import { mainBranch } from '../metadata/snapshot-updates.ts'
import { snapshotOf } from '../metadata/read.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'

/** Branches and tags of which the snapshot is older than they allow (specification, snapshot retention policy); never `main`. */
export function expiredRefs(metadata: TableMetadata, now: number): readonly string[] {
  const otherwise = numberProperty(metadata.properties, 'history.expire.max-ref-age-ms')
  return Object.entries(metadata.refs ?? {}).flatMap(([name, ref]) => {
    const at = snapshotOf(metadata, ref['snapshot-id'])?.['timestamp-ms']
    return name !== mainBranch && at !== undefined && now - at > (ref['max-ref-age-ms'] ?? otherwise) ? [name] : []
  })
}

/** The table as it is once these are gone. */
export function withoutRefs(metadata: TableMetadata, names: readonly string[]): TableMetadata {
  const refs = Object.fromEntries(Object.entries(metadata.refs ?? {}).filter(([name]) => !names.includes(name)))
  return names.length === 0 ? metadata : { ...metadata, refs }
}
