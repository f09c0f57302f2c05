import { numberProperty } from '../../metadata/heeded-properties.ts'

/** How a table is compacted, by its properties: `write.*` are of Iceberg, `compaction.*` of Weir. */
export interface CompactionSettings {
  /** `compaction.enabled`, true. */
  readonly enabled: boolean
  /** `write.target-file-size-bytes`, 512 MiB: what files are put together to. Those below three quarters of it are small. */
  readonly targetBytes: number
  /** `compaction.min-input-files`, 5: as many small files of a partition are put together. */
  readonly filesMin: number
  /** `compaction.deleted-rows-ratio`, 0.3: from this share of deleted rows on a file is written anew. */
  readonly deletedRatioMin: number
}

export function compactionSettings(properties: Readonly<Record<string, string>> = {}): CompactionSettings {
  return {
    enabled: properties['compaction.enabled'] !== 'false',
    targetBytes: numberProperty(properties, 'write.target-file-size-bytes'),
    filesMin: numberProperty(properties, 'compaction.min-input-files'),
    deletedRatioMin: numberProperty(properties, 'compaction.deleted-rows-ratio'),
  }
}
