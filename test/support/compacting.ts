import { unsyncedFiles } from './unsynced-files.ts'
import type { PartitionFolder, PartitionOptions } from './partition-folder.ts'
import type { KeyedRecord } from './keyed-records.ts'
import type { Random } from './seeded-random.ts'
import type { CompactionResult } from '../../src/stream/broker/storage/compaction/compact-partition.ts'
import type { PartitionLog } from '../../src/stream/broker/storage/partition-log.ts'

export const dayMs = 86_400_000
/** Without the waits of a disk. */
export const openUnsynced = (folder: PartitionFolder, options: PartitionOptions = {}): Promise<PartitionLog> =>
  folder.open({ files: unsyncedFiles, ...options })
const settings = { minLagMs: 0, maxLagMs: Infinity, segmentBytes: 20_000, deleteRetentionMs: dayMs }
const budget = { bytesPerSecond: 1e9, memoryBytes: 1e6, seed: 1, signal: new AbortController().signal }

/** One pass, of all that is dirty and not active. */
export const compact = (
  log: PartitionLog,
  changes: Partial<typeof settings & typeof budget> = {},
): Promise<CompactionResult | undefined> => log.compact({ ...settings, ...changes }, { ...budget, ...changes })

/** What a consumer has in its table that read all of it. */
export function lastOfKeys(records: readonly KeyedRecord[]): ReadonlyMap<string | null, string> {
  const last = new Map<string | null, string>()
  for (const { key, value } of records)
    if (value === null) last.delete(key)
    else last.set(key, value)
  return last
}

export function randomRecord(random: Random, timestamp: number, keys: number): KeyedRecord {
  const value = random.chance(0.15) ? null : 'v'.repeat(random.pick(80)) + random.pick(1e6)
  return { key: `key-${random.pick(keys)}`, value, timestamp }
}
