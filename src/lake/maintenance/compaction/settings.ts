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
  const value = (key: string, otherwise: number, least: number): number => {
    const given = Number(properties[key] ?? otherwise)
    return Number.isFinite(given) && given >= least ? given : otherwise
  }
  return {
    enabled: properties['compaction.enabled'] !== 'false',
    targetBytes: value('write.target-file-size-bytes', 512 << 20, 1),
    filesMin: value('compaction.min-input-files', 5, 2),
    deletedRatioMin: value('compaction.deleted-rows-ratio', 0.3, 0),
  }
}
