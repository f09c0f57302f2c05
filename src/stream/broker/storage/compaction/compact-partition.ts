import { abortedBetween } from '../aborted-transactions.ts'
import type { PartitionState } from '../partition-state.ts'
import { saveProducers } from '../save-producers.ts'
import type { StorageServices } from '../storage-services.ts'
import { cleanableSegments, type CompactionLags } from './cleanable.ts'
import { cleanSegments, type Pass, type PassCounts } from './clean-segments.ts'
import { CleanedTransactions } from './cleaned-transactions.ts'
import { groupSegments } from './group-segments.ts'
import { KeyOffsets } from './key-offsets.ts'
import type { Pace } from './pace.ts'
import { rememberKeys } from './remember-keys.ts'
import { replaceSegments } from './replace-segments.ts'

export interface CompactionSettings extends CompactionLags {
  readonly segmentBytes: number
  readonly deleteRetentionMs: number
}

export interface CompactionLimits {
  /** For the keys of one pass. */
  readonly compactionMemoryBytes: number
  /** Read and written, all in all. */
  readonly compactionBytesPerSecond: number
}

/** What one pass may use. */
export interface CompactionMeans {
  readonly pace: Pace
  /** For the keys. */
  readonly memoryBytes: number
  /** New with each pass. */
  readonly seed: number
}

export interface CompactionResult extends Readonly<PassCounts> {
  readonly from: number
  /** Up to here it is clean now. */
  readonly to: number
}

/**
 * One pass: remembers the last offset of each key of the dirty part, as far as the memory reaches, and writes all segments below
 * anew without what goes (compaction.md). Undefined when nothing is dirty. Throws when it was stopped or failed: then what was
 * swapped in stays, and the next pass begins where this one did.
 */
export async function compactPartition(
  state: PartitionState,
  services: StorageServices,
  settings: CompactionSettings,
  { pace, memoryBytes, seed }: CompactionMeans,
): Promise<CompactionResult | undefined> {
  const now = services.clock.now()
  const cleanable = cleanableSegments(state, settings, now)
  const from = Math.max(state.cleanedTo, state.startOffset)
  const dirty = cleanable.filter(({ endOffset }) => endOffset > from)
  const [first, last] = [cleanable[0], dirty.at(-1)]
  if (!first || !last) return undefined
  // An opening reads what lies behind: were it cleaned, the end of a transaction could be gone that is open in what was written down.
  if (state.producersSavedTo < last.endOffset) await saveProducers(state, services)
  const transactionsFrom = (offset: number): CleanedTransactions =>
    new CleanedTransactions(abortedBetween(state.segments, offset, last.endOffset))
  const keysExpected = last.endOffset - from
  const keys = new KeyOffsets(from, { bytes: memoryBytes, keysExpected, seed })
  await rememberKeys({ state, services, pace }, dirty, keys, transactionsFrom(from))
  const counts = { bytesRead: 0, bytesWritten: 0, recordsGone: 0, keylessGone: 0, unreadableBatches: 0 }
  const pass: Pass = { state, services, pace, now, deleteRetentionMs: settings.deleteRetentionMs, counts }
  const reached = cleanable.filter(({ baseOffset }) => baseOffset < keys.end)
  const passing = transactionsFrom(first.baseOffset)
  for (const sources of groupSegments(reached, settings.segmentBytes)) {
    const cleaned = await cleanSegments(pass, sources, keys, passing)
    if (cleaned) await replaceSegments(state, services, sources, cleaned)
  }
  state.cleanedTo = keys.end
  return { ...counts, from, to: keys.end }
}
