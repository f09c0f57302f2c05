import { numberProperty } from '../metadata/heeded-properties.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'

/**
 * The metadata with the file that it follows entered in its log, and the files that fell out of the log. Unlike others
 * this catalog removes those unless the table says `write.metadata.delete-after-commit.enabled=false`: a commit a minute
 * makes half a million of them in a year.
 */
export function logPrevious(
  next: TableMetadata,
  previous: { readonly location: string; readonly metadata: TableMetadata },
): { readonly metadata: TableMetadata; readonly dropped: readonly string[] } {
  const properties = next.properties ?? {}
  const max = numberProperty(properties, 'write.metadata.previous-versions-max')
  const entry = { 'metadata-file': previous.location, 'timestamp-ms': previous.metadata['last-updated-ms'] }
  const log = [...(previous.metadata['metadata-log'] ?? []), entry]
  const kept = log.slice(-max)
  const deletes = properties['write.metadata.delete-after-commit.enabled'] !== 'false'
  return {
    metadata: { ...next, 'metadata-log': kept },
    dropped: deletes ? log.slice(0, -max).map((old) => old['metadata-file']) : [],
  }
}
