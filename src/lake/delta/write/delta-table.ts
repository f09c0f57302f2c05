import { under } from '../../../storage/objects/location.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import { dataFolder } from '../../write/data-location.ts'
import { deltaLogName } from '../delta-log.ts'

/** Table property: `delta` for tables whose truth is a Delta log. Chosen when the table is made. */
export const formatProperty = 'weir.format'
/** Table property: up to which version of its log the metadata of a Delta table goes. */
export const versionProperty = 'weir.delta.version'
/** Table property: protocol and settings of a Delta table as its log has them last, as JSON. */
export const settingsProperty = 'weir.delta.settings'
/** Table property: the bytes of the commit of that version. Where another engine writes over it, it has others. */
export const entryBytesProperty = 'weir.delta.entry-bytes'
/** In the summary of a snapshot: from which versions of the log on it was current. */
export const snapshotVersionKey = 'delta.version'

/** What Weir alone sets. */
export const deltaProperties = [formatProperty, versionProperty, entryBytesProperty, settingsProperty] as const

export function isDelta({ properties }: Pick<TableMetadata, 'properties'>): boolean {
  return properties?.[formatProperty] === 'delta'
}

/** The version of the log that the metadata goes up to. */
export function deltaVersion({ properties }: Pick<TableMetadata, 'properties'>): number {
  return Number(properties?.[versionProperty] ?? -1)
}

/** How long the commit of that version was when it was taken in; undefined where nobody has kept it. */
export function entryBytes({ properties }: Pick<TableMetadata, 'properties'>): number | undefined {
  const kept = properties?.[entryBytesProperty]
  return kept === undefined ? undefined : Number(kept)
}

/**
 * The folder that is the table to a Delta engine: that of the data files. Metadata and state files lie beside it, where its VACUUM
 * does not look for files that the log does not name.
 */
export function deltaRoot(metadata: TableMetadata): string {
  return dataFolder(metadata)
}

/** Where the commit of a version lies. */
export function commitLocation(root: string, version: number): string {
  return under(root, deltaLogName, `${String(version).padStart(20, '0')}.json`)
}
