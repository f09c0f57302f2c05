import { keyOf, type OffsetRange, type PartitionKey, type RecordKey } from './keys.ts'
import type { Random } from '../support/seeded-random.ts'
import type { Rules } from './rules.ts'

/** `late` fits the table only while its schema is wide, `never` not at all; `control` and `hole` are no records. */
export type RecordKind = 'ok' | 'late' | 'never' | 'control' | 'hole'

export interface LogRecord {
  readonly id: number
  readonly kind: RecordKind
}

export interface LogPartition {
  records: LogRecord[]
  /** Retention took what is before. */
  start: number
  /** The synced end. */
  durable: number
  /** Offsets that a restore left out: their records may be gone. */
  restored: OffsetRange[]
  backup: { readonly end: number; readonly start: number } | null
}

export interface Topic {
  readonly id: string
  readonly name: string
  gone: boolean
  readonly partitions: readonly LogPartition[]
}

export interface Acknowledged {
  readonly key: RecordKey
  readonly kind: RecordKind
}

export interface Log {
  readonly topics: Topic[]
  /** By record id. */
  readonly acknowledged: Map<number, Acknowledged>
}

export function isRecord(kind: RecordKind): boolean {
  return kind !== 'control' && kind !== 'hole'
}

/** `late` fits once the schema was widened. */
export function fits(kind: RecordKind, schema: number): boolean {
  return kind === 'ok' || (kind === 'late' && schema > 0)
}

export function addTopic(log: Log, name: string, id: number, partitions: number): void {
  const empty = (): LogPartition => ({ records: [], start: 0, durable: 0, restored: [], backup: null })
  log.topics.push({ id: `${name}${id}`, name, gone: false, partitions: Array.from({ length: partitions }, empty) })
}

export function liveTopic(log: Log, name: string): Topic {
  return log.topics.find((topic) => topic.name === name && !topic.gone)!
}

export function sourceOf(rules: Rules, topic: Topic): string {
  return rules.sourceIsId ? topic.id : topic.name
}

export function partitionKey(rules: Rules, topic: Topic, partition: number): PartitionKey {
  return `${sourceOf(rules, topic)}/${partition}`
}

export function findPartition(log: Log, rules: Rules, key: PartitionKey): LogPartition | undefined {
  const [source, partition] = key.split('/')
  const topic = log.topics.find((one) => !one.gone && sourceOf(rules, one) === source)
  return topic?.partitions[Number(partition)]
}

/** Group commit: everything written is durable, and told to its producers. */
export function syncLog(log: Log, rules: Rules): void {
  for (const topic of log.topics) {
    if (topic.gone) continue
    for (const [index, partition] of topic.partitions.entries()) {
      for (let offset = partition.durable; offset < partition.records.length; offset++) {
        const { id, kind } = partition.records[offset]!
        if (isRecord(kind)) {
          log.acknowledged.set(id, { key: keyOf(partitionKey(rules, topic, index), offset), kind })
        }
      }
      partition.durable = partition.records.length
    }
  }
}

/** What was written and not synced survives up to some record. */
export function cutLogPower(log: Log, random: Random): void {
  for (const { gone, partitions } of log.topics) {
    if (gone) continue
    for (const one of partitions) {
      one.records.length = one.durable + random.pick(one.records.length - one.durable + 1)
    }
  }
}

export function backUpLog(log: Log): void {
  for (const { gone, partitions } of log.topics) {
    if (gone) continue
    for (const one of partitions) one.backup = { end: one.durable, start: one.start }
  }
}

/** The log as the backup has it. A restore jumps beyond every offset that may have been handed out, and names the hole. */
export function restoreLog(log: Log, rules: Rules): boolean {
  let any = false
  for (const { gone, partitions } of log.topics) {
    if (gone) continue
    for (const one of partitions) {
      if (one.backup === null) continue
      any = true
      const { end, start } = one.backup
      const handedOut = one.records.length
      one.records.length = end
      one.start = start
      one.backup = null
      if (rules.restoreJumps && handedOut > end) {
        while (one.records.length < handedOut + 1) one.records.push({ id: 0, kind: 'hole' })
        one.restored = [...one.restored.filter(([from]) => from < end), [end, one.records.length]]
      }
      one.durable = one.records.length
    }
  }
  return any
}
