import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { delivery, stream, table } from '../../src/index.ts'
import { readOpenMetrics } from '../support/read-open-metrics.ts'
import { superviseWeir } from '../support/supervised-weir.ts'

const events = stream('events', { partitions: 2 })
const rows = table('events', { columns: { id: 'long' } })
const load = delivery('load', { from: events, to: rows, flush: { age: '100 ms' } })

void test('/metrics of a running Weir follows OpenMetrics, and the plain format of Prometheus for who does not ask for it', async () => {
  await using weir = await superviseWeir('metrics', [events, rows, load])
  const { http, kafka } = weir.supervisor.endpoints
  const client = await connectKafka({ bootstrap: kafka })
  const producer = await client.createProducer({ topic: 'events' })
  for (let at = 0; at < 10; at++) await producer.send({ value: `{"id": ${at}}`, partition: 1 })
  await producer.close()
  await client.groups.commit('reader', [{ topic: 'events', partition: 1, offset: 3 }])
  await client.close()
  const scrape = async (accept?: string): Promise<Response> =>
    fetch(`${http}/metrics`, accept === undefined ? {} : { headers: { accept } })
  const open = await scrape('application/openmetrics-text; version=1.0.0')
  assert.equal(open.headers.get('content-type'), 'application/openmetrics-text; version=1.0.0; charset=utf-8')
  const families = readOpenMetrics(await open.text())
  const [produced] = families
    .get('weir_topic_produced_records')!
    .samples.filter(({ labels }) => labels.get('topic') === 'events')
  assert.deepEqual([produced?.name, produced?.value], ['weir_topic_produced_records_total', 10])
  const [lag] = families.get('weir_group_lag_records')!.samples.filter(({ labels }) => labels.get('group') === 'reader')
  assert.equal(lag?.value, 7)
  for (const process of ['supervisor', 'log'])
    assert.ok(
      families
        .get('weir_process_resident_memory_bytes')!
        .samples.some(({ labels }) => labels.get('process') === process),
    )
  const buckets = families
    .get('weir_log_request_seconds')!
    .samples.filter(({ name, labels }) => name.endsWith('_bucket') && labels.get('api') === 'Produce')
    .map(({ value }) => value)
  assert.deepEqual(
    buckets,
    buckets.toSorted((a, b) => a - b),
  )
  const plain = await scrape()
  assert.equal(plain.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  assert.match(await plain.text(), /^# TYPE weir_topic_produced_records_total counter$/m)
})
