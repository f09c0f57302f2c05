import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { connectKafka } from '../../client/connect.ts'
import type { Partition } from '../topics/partition.ts'
import type { Topic } from '../topics/topic.ts'
import { createHistogramCounts } from './histogram-counts.ts'
import { createTopicFigures } from './topic-figures.ts'
import { registerTopicSeries, seriesPartitionsMax, seriesTopicsMax } from './topic-series.ts'

interface Value {
  readonly value: number
  readonly labels: Readonly<Record<string, string | number>>
  readonly metricName?: string
}

async function valuesOf({ broker }: Pick<RunningBroker, 'broker'>, name: string): Promise<readonly Value[]> {
  return (await broker.metrics.getSingleMetric(name)!.get()).values as readonly Value[]
}

void test('INV-M1: topics, partitions, groups and requests are counted, and series are made of it when asked', async () => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await client.topics.create([
    { name: 'orders', partitions: 2 },
    { name: 'idle', partitions: 1 },
  ])
  const producer = await client.createProducer({ topic: 'orders' })
  for (let at = 0; at < 10; at++) await producer.send({ value: 'x'.repeat(100), partition: 1 })
  await producer.close()
  await client.fetch({ topic: 'orders', partitions: [{ partition: 1, offset: 0 }] })
  await client.groups.commit('billing', [{ topic: 'orders', partition: 1, offset: 4 }])
  const ofOrders = async (name: string): Promise<number | undefined> =>
    (await valuesOf(log, name)).find(({ labels }) => labels['topic'] === 'orders')?.value
  assert.equal(await ofOrders('weir_topic_produced_records_total'), 10)
  assert.equal(await ofOrders('weir_topic_fetched_records_total'), 10)
  const bytes = (await ofOrders('weir_topic_produced_bytes_total'))!
  assert.ok(bytes > 1000)
  assert.equal(await ofOrders('weir_topic_fetched_bytes_total'), bytes)
  assert.equal(await ofOrders('weir_topic_log_bytes'), bytes)
  assert.equal(await ofOrders('weir_topic_partitions'), 2)
  assert.deepEqual(
    (await valuesOf(log, 'weir_partition_end_offset')).map(({ labels, value }) => [
      labels['topic'],
      labels['partition'],
      value,
    ]),
    [
      ['orders', 0, 0],
      ['orders', 1, 10],
      ['idle', 0, 0],
    ],
  )
  const place = { group: 'billing', topic: 'orders', partition: 1 }
  assert.deepEqual(await valuesOf(log, 'weir_group_lag_records'), [{ labels: place, value: 6 }])
  assert.deepEqual(await valuesOf(log, 'weir_group_committed_offset'), [{ labels: place, value: 4 }])
  assert.deepEqual(await valuesOf(log, 'weir_group_state'), [
    { labels: { group: 'billing', state: 'Empty' }, value: 1 },
  ])
  const produced = (await valuesOf(log, 'weir_log_request_seconds')).filter(({ labels }) => labels['api'] === 'Produce')
  assert.deepEqual(produced.find(({ metricName }) => metricName?.endsWith('_count'))?.value, 1)
  const sizes = (await valuesOf(log, 'weir_log_answer_bytes')).filter(({ labels }) => labels['api'] === 'Fetch')
  assert.ok(sizes.find(({ metricName }) => metricName?.endsWith('_sum'))!.value > bytes)
  await client.topics.delete(['orders'])
  assert.equal(await ofOrders('weir_topic_produced_bytes_total'), undefined)
  assert.equal((await valuesOf(log, 'weir_log_produced_bytes_total'))[0]?.value, bytes)
  await client.close()
})

void test('a histogram counts what is at most its bound', () => {
  const counts = createHistogramCounts([1, 10])
  for (const value of [0, 1, 2, 10, 11]) counts.observe(value)
  const samples = counts.samples('sizes', { api: 'Fetch' })
  assert.deepEqual(
    samples.map(({ metricName, labels, value }) => [metricName, labels['le'], value]),
    [
      ['sizes_bucket', '1', 2],
      ['sizes_bucket', '10', 4],
      ['sizes_bucket', '+Inf', 5],
      ['sizes_sum', undefined, 24],
      ['sizes_count', undefined, 5],
    ],
  )
})

void test('INV-M2: beyond a limit no topic gets series, and it is said how many have none', async () => {
  const view = {
    startOffset: 0,
    endOffset: 1,
    bytes: 2,
    segmentCount: 1,
    leaderEpoch: 0,
    holes: [],
    trouble: undefined,
  }
  const partitions = Array.from({ length: 20 }, (_, index) => ({ index, view }) as unknown as Partition)
  const topics = Array.from({ length: seriesTopicsMax + 5 }, (_, at): Topic => ({
    id: String(at),
    name: `topic-${at}`,
    configs: {},
    partitions,
  }))
  const registry = new Registry()
  registerTopicSeries(registry, { all: () => topics }, createTopicFigures(registry))
  const read = async (name: string) => (await registry.getSingleMetric(name)!.get()).values as readonly Value[]
  assert.equal((await read('weir_topic_log_bytes')).length, seriesTopicsMax)
  assert.equal((await read('weir_topic_log_bytes'))[0]?.value, 40)
  assert.equal((await read('weir_partition_end_offset')).length, seriesPartitionsMax)
  assert.equal((await read('weir_topics_without_series'))[0]?.value, 5)
  assert.equal((await read('weir_partitions_without_series'))[0]?.value, topics.length * 20 - seriesPartitionsMax)
})
