import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exposeMetrics } from './expose-metrics.ts'
import { formatFor, metricsText, type Family } from './metrics-text.ts'

const families: readonly Family[] = [
  {
    name: 'weir_topic_produced_bytes_total',
    help: 'Bytes of "batches"\nappended',
    type: 'counter',
    values: [{ labels: { topic: 'or"de\\rs' }, value: 12 }],
  },
  {
    name: 'weir_log_request_seconds',
    help: 'Time',
    type: 'histogram',
    values: [
      { metricName: 'weir_log_request_seconds_bucket', labels: { le: '+Inf' }, value: 1 },
      { metricName: 'weir_log_request_seconds_sum', labels: {}, value: 0.25 },
    ],
  },
  { name: 'weir_log_connections', help: 'Open', type: 'gauge', values: [{ value: Infinity }] },
]

void test('each format is written as its readers want it', () => {
  assert.equal(
    metricsText(families, 'openmetrics'),
    String.raw`# HELP weir_topic_produced_bytes Bytes of \"batches\"\nappended
# TYPE weir_topic_produced_bytes counter
weir_topic_produced_bytes_total{topic="or\"de\\rs"} 12
# HELP weir_log_request_seconds Time
# TYPE weir_log_request_seconds histogram
weir_log_request_seconds_bucket{le="+Inf"} 1
weir_log_request_seconds_sum 0.25
# HELP weir_log_connections Open
# TYPE weir_log_connections gauge
weir_log_connections +Inf
# EOF
`,
  )
  const [, type] = metricsText(families, 'prometheus').split('\n')
  assert.equal(type, '# TYPE weir_topic_produced_bytes_total counter')
  assert.ok(!metricsText(families, 'prometheus').includes('EOF'))
  assert.equal(formatFor('application/openmetrics-text;version=1.0.0,text/plain;q=0.5'), 'openmetrics')
  assert.equal(formatFor(undefined), 'prometheus')
})

void test('INV-M3: what is about a process says which; a process that does not answer is left out', async () => {
  const cpu = { name: 'weir_process_cpu', help: 'CPU', type: 'gauge', values: [{ value: 1, labels: {} }] }
  const lag = {
    name: 'weir_group_lag_records',
    help: 'Lag',
    type: 'gauge',
    values: [{ value: 2, labels: { group: 'g' } }],
  }
  const read = (...metrics: unknown[]) => ({ process: `p${metrics.length}`, read: async () => metrics as never })
  const gone = { process: 'gone', read: () => Promise.reject(new Error('it ended')) }
  const text = await exposeMetrics([read(cpu), gone, read(cpu, lag)], 'prometheus')
  assert.deepEqual(
    text.split('\n').filter((line) => !line.startsWith('#')),
    ['weir_process_cpu{process="p1"} 1', 'weir_process_cpu{process="p2"} 1', 'weir_group_lag_records{group="g"} 2', ''],
  )
})
