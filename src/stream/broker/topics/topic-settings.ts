import type { CompactionSettings } from '../storage/compaction/compact-partition.ts'
import type { BatchRules } from '../storage/check-batches.ts'
import type { Packing } from '../storage/repack-batch.ts'
import type { Compression } from '../../protocol/records/batch-header.ts'
import { itemsOf } from './config-values.ts'
import { configOf, type Topic } from './topic.ts'

/** What a topic's configuration means. Times are milliseconds. */
export interface TopicSettings {
  readonly compacts: boolean
  readonly deletes: boolean
  readonly batchBytesMax: number
  /** The log's clock stamps records. */
  readonly stampsAppendTime: boolean
  readonly timestampBeforeMaxMs: number
  readonly timestampAfterMaxMs: number
  readonly packing: Packing | undefined
  /** -1 is no limit. */
  readonly retentionMs: number
  readonly retentionBytes: number
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly segmentJitterMs: number
  readonly indexIntervalBytes: number
  readonly indexBytesMax: number
  readonly fileDeleteDelayMs: number
  readonly minCleanableDirtyRatio: number
  readonly compaction: CompactionSettings
}

/** Configurations are never changed in place. */
const known = new WeakMap<Topic['configs'], TopicSettings>()

export function settingsOf({ configs }: Pick<Topic, 'configs'>): TopicSettings {
  const found = known.get(configs) ?? readSettings(configs)
  known.set(configs, found)
  return found
}

/** What is asked of batches that are produced now. */
export function batchRulesOf(settings: TopicSettings, now: number, unpackedBytesMax: number): BatchRules {
  const { batchBytesMax, stampsAppendTime, packing, compacts, timestampBeforeMaxMs, timestampAfterMaxMs } = settings
  const times = { earliest: now - timestampBeforeMaxMs, latest: now + timestampAfterMaxMs }
  const anyTime = { earliest: -Infinity, latest: Infinity }
  return {
    batchBytesMax,
    unpackedBytesMax,
    packing,
    appendTime: stampsAppendTime ? now : undefined,
    records: { needsKeys: compacts, ...(stampsAppendTime ? anyTime : times) },
  }
}

function readSettings(configs: Topic['configs']): TopicSettings {
  const text = (name: string): string => configOf({ configs }, name).trim()
  const number = (name: string): number => Number(text(name))
  const policies = itemsOf(text('cleanup.policy'))
  const segmentBytes = number(
    configs['internal.segment.bytes'] === undefined ? 'segment.bytes' : 'internal.segment.bytes',
  )
  return {
    compacts: policies.includes('compact'),
    deletes: policies.includes('delete'),
    batchBytesMax: number('max.message.bytes'),
    stampsAppendTime: text('message.timestamp.type') === 'LogAppendTime',
    timestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    timestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    packing: packingOf(text('compression.type'), number),
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    segmentBytes,
    segmentMs: number('segment.ms'),
    segmentJitterMs: number('segment.jitter.ms'),
    indexIntervalBytes: number('index.interval.bytes'),
    indexBytesMax: number('segment.index.bytes'),
    fileDeleteDelayMs: number('file.delete.delay.ms'),
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
    compaction: {
      segmentBytes,
      minLagMs: number('min.compaction.lag.ms'),
      maxLagMs: number('max.compaction.lag.ms'),
      deleteRetentionMs: number('delete.retention.ms'),
    },
  }
}

function packingOf(name: string, number: (name: string) => number): Packing | undefined {
  if (name === 'producer') return undefined
  if (name === 'uncompressed') return { compression: 'none' }
  const level = name === 'gzip' || name === 'zstd' ? number(`compression.${name}.level`) : undefined
  return { compression: name as Compression, level }
}
