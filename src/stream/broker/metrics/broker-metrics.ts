import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { createRequestFigures, type RequestFigures } from './request-figures.ts'
import { createTopicFigures, type TopicFigures } from './topic-figures.ts'

/** What the log counts about itself; names begin with `weir_log_`. */
export interface BrokerMetrics {
  readonly topics: TopicFigures
  readonly requests: RequestFigures
  readonly syncSeconds: Histogram
  readonly connections: Gauge
  readonly heldMemory: Gauge<'for'>
  readonly logins: Counter<'mechanism' | 'outcome'>
  readonly denials: Counter<'operation' | 'resource'>
  readonly throttled: Counter<'quota'>
  readonly throttledSeconds: Counter<'quota'>
  readonly compactionBytes: Counter<'way'>
  readonly compactedRecords: Counter
}

export function createBrokerMetrics(registry: Registry): BrokerMetrics {
  const registers = [registry]
  return {
    topics: createTopicFigures(registry),
    requests: createRequestFigures(registry),
    syncSeconds: new Histogram({
      name: 'weir_log_sync_seconds',
      help: 'Time of one fdatasync of a segment',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    logins: new Counter({
      name: 'weir_log_logins_total',
      help: 'Logins of Kafka clients by mechanism, success or failure',
      labelNames: ['mechanism', 'outcome'],
      registers,
    }),
    denials: new Counter({
      name: 'weir_log_denials_total',
      help: 'What ACLs denied to Kafka clients',
      labelNames: ['operation', 'resource'],
      registers,
    }),
    throttled: new Counter({
      name: 'weir_log_throttled_requests_total',
      help: 'Requests of clients that were over a quota',
      labelNames: ['quota'],
      registers,
    }),
    throttledSeconds: new Counter({
      name: 'weir_log_throttled_seconds_total',
      help: 'How long those clients were made to wait',
      labelNames: ['quota'],
      registers,
    }),
    compactionBytes: new Counter({
      name: 'weir_log_compaction_bytes_total',
      help: 'Bytes of batches that compaction read and wrote',
      labelNames: ['way'],
      registers,
    }),
    compactedRecords: new Counter({
      name: 'weir_log_compacted_records_total',
      help: 'Records that compaction removed',
      registers,
    }),
    heldMemory: new Gauge({
      name: 'weir_log_held_memory_bytes',
      help: 'Memory of requests that have come or are coming, and of answers to Fetch until they are taken',
      labelNames: ['for'],
      registers,
    }),
    connections: new Gauge({ name: 'weir_log_connections', help: 'Open Kafka connections', registers }),
  }
}
