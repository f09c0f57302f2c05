import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { runBroker, type RunningBroker } from '../../../test/support/running-broker.ts'
import { connectKafka } from '../client/connect.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import type { OutgoingRecord } from '../client/producer.ts'
import { offsetsAt, readBounds } from './place.ts'
import { readForward } from './read-forward.ts'
import { readNewest } from './read-newest.ts'
import { readOldest } from './read-oldest.ts'
import type { ReadRecord } from './read-record.ts'
import { compileFilter, type RecordFilter } from './record-filter.ts'
import { searchRecords } from './search-records.ts'

void describe('reading a stream', () => {
  let log: RunningBroker
  let client: KafkaClient
  let topics = 0
  before(async () => {
    log = await runBroker()
    client = await connectKafka({ bootstrap: log.bootstrap })
  })
  after(async () => {
    await client?.close()
    await log?.[Symbol.asyncDispose]()
  })

  async function fill(partitions: number, records: readonly OutgoingRecord[], batchBytesMax = 2_000): Promise<string> {
    const topic = `read-${topics++}`
    await client.topics.create([{ name: topic, partitions }])
    const producer = await client.createProducer({ topic, batchBytesMax })
    for (const record of records) await producer.send(record)
    await producer.close()
    return topic
  }

  async function forward(topic: string, from: Map<number, number>, filter: RecordFilter = {}): Promise<ReadRecord[]> {
    const { ends } = await readBounds(client, topic)
    const found: ReadRecord[] = []
    const reading = { topic, from, until: ends, isWanted: compileFilter(filter) }
    for await (const { records } of readForward(client, reading)) found.push(...records)
    return found
  }

  const orders = Array.from({ length: 500 }, (_, at) => ({
    key: `customer-${at % 7}`,
    value: JSON.stringify({ id: at, city: at % 10 === 3 ? 'Zürich' : 'Bern' }),
    partition: at % 3,
    timestampMs: 1_700_000_000_000 + at * 1000,
    headers: at % 50 === 0 ? [{ key: 'source', value: Buffer.from('shop') }] : [],
  }))

  void test('from a place to the end, whatever batches it cuts, with key, headers and times', async () => {
    const topic = await fill(3, orders)
    const bounds = await readBounds(client, topic)
    const all = await forward(topic, await offsetsAt(client, topic, 'start', bounds))
    assert.equal(all.length, orders.length)
    const last = await forward(topic, await offsetsAt(client, topic, { last: 5 }, bounds))
    assert.deepEqual(
      last.map(({ value }) => (JSON.parse(String(value)) as { id: number }).id).toSorted((a, b) => a - b),
      [485, 486, 487, 488, 489, 490, 491, 492, 493, 494, 495, 496, 497, 498, 499],
    )
    const since = await forward(topic, await offsetsAt(client, topic, { timestampMs: 1_700_000_490_000 }, bounds))
    assert.equal(since.length, 10)
    assert.ok(since.every(({ timestampMs }) => timestampMs >= 1_700_000_490_000))
    const first = all.find(({ offset, partition }) => offset === 0 && partition === 0)!
    assert.deepEqual([String(first.key), String(first.headers[0]?.value)], ['customer-0', 'shop'])
    assert.deepEqual(await offsetsAt(client, topic, { offset: 9_999 }, bounds), new Map(bounds.ends))
  })

  void test('filters by key, text and header', async () => {
    const topic = await fill(3, orders)
    const { starts } = await readBounds(client, topic)
    const count = async (filter: RecordFilter) => (await forward(topic, new Map(starts), filter)).length
    assert.equal(await count({ key: 'customer-3' }), 71)
    assert.equal(await count({ key: 'customer' }), 0)
    assert.equal(await count({ keyHas: 'er-3' }), 71)
    assert.equal(await count({ valueHas: 'Zürich' }), 50)
    assert.equal(await count({ has: 'Zürich', key: 'customer-3' }), 8)
    assert.equal(await count({ header: 'source' }), 10)
    assert.equal(await count({ header: 'source=shop' }), 10)
    assert.equal(await count({ header: 'source=lake' }), 0)
  })

  void test('what retention took is passed over, and a reading without an end goes on with what comes', async () => {
    const topic = await fill(
      1,
      orders.map((order) => ({ ...order, partition: 0 })),
    )
    await client.topics.deleteRecords(topic, new Map([[0, 490]]))
    const stop = new AbortController()
    const seen: number[] = []
    const reading = readForward(client, { topic, from: new Map([[0, 3]]), signal: stop.signal })
    await assert.rejects(async () => {
      for await (const { records } of reading) {
        seen.push(...records.map(({ offset }) => offset))
        if (seen.length === 10) {
          const producer = await client.createProducer({ topic })
          await producer.send({ value: 'more' })
          await producer.close()
        }
        if (seen.length === 11) stop.abort(new Error('enough'))
      }
    }, /enough/)
    assert.deepEqual(seen, [490, 491, 492, 493, 494, 495, 496, 497, 498, 499, 500])
  })

  void test('newest first: pages, put together, are all records, by time across partitions', async () => {
    const topic = await fill(3, orders)
    const { starts, ends } = await readBounds(client, topic)
    const pages: ReadRecord[] = []
    for (let before: ReadonlyMap<number, number> = ends; before.size > 0;) {
      const page = await readNewest(client, { topic, before, starts, limit: 70 })
      assert.ok(page.records.length === 70 || page.before.size === 0)
      pages.push(...page.records)
      before = page.before
    }
    const ids = pages.map(({ value }) => (JSON.parse(String(value)) as { id: number }).id)
    assert.deepEqual(
      ids,
      orders.map((_, at) => 499 - at),
    )
  })

  void test('oldest first from a place: pages, put together, are all records from there, by time across partitions', async () => {
    const topic = await fill(3, orders)
    const { ends, starts } = await readBounds(client, topic)
    const pages: ReadRecord[] = []
    let from: ReadonlyMap<number, number> = new Map([...starts].map(([partition]) => [partition, 20]))
    while (from.size > 0) {
      const page = await readOldest(client, { topic, from, ends, limit: 70 })
      pages.push(...page.records)
      from = page.from
    }
    const ids = pages.map(({ value }) => (JSON.parse(String(value)) as { id: number }).id)
    assert.deepEqual(ids, orders.map((_, at) => at).slice(60))
  })

  void test('newest first holds for any sizes of batches, partitions and pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          partitions: fc.integer({ min: 1, max: 5 }),
          batchBytesMax: fc.integer({ min: 200, max: 20_000 }),
          limit: fc.integer({ min: 1, max: 60 }),
          values: fc.array(fc.tuple(fc.nat(4), fc.nat(300), fc.nat(1000)), { maxLength: 150 }),
          given: fc.nat(20),
        }),
        async ({ partitions, batchBytesMax, limit, values, given }) => {
          const records = values.map(([partition, size, time]) => ({
            value: 'x'.repeat(size),
            partition: partition % partitions,
            timestampMs: 1_700_000_000_000 + time,
          }))
          const topic = await fill(partitions, records, batchBytesMax)
          const end = (await client.offsets.list(topic, 'end')).get(0)!
          await client.topics.deleteRecords(topic, new Map([[0, Math.min(given, end)]]))
          const { starts, ends } = await readBounds(client, topic)
          const seen = new Map<number, number>(ends)
          for (let before: ReadonlyMap<number, number> = ends; before.size > 0;) {
            const page = await readNewest(client, { topic, before, starts, limit })
            for (const { partition, offset } of page.records) {
              assert.equal(offset, seen.get(partition)! - 1, `partition ${partition}`)
              seen.set(partition, offset)
            }
            before = page.before
          }
          assert.deepEqual(seen, starts)
        },
      ),
      { numRuns: 25 },
    )
  })

  void test('a search finds what is there from either end, step by step, and goes on where it was left', async () => {
    const topic = await fill(3, orders, 20_000)
    const { starts, ends } = await readBounds(client, topic)
    for (const order of ['newest', 'oldest'] as const) {
      const found: ReadRecord[] = []
      let looked = 0
      let left = { from: starts, until: ends }
      for (let again = true; again;) {
        again = false
        const request = { topic, ...left, order, isWanted: compileFilter({ has: 'Zürich' })! }
        for await (const step of searchRecords(client, request)) {
          found.push(...step.found)
          looked += step.looked
          left = { from: step.left.from as Map<number, number>, until: step.left.until as Map<number, number> }
          again = left.from.size > 0 && left.until.size > 0
          break
        }
      }
      assert.equal(found.length, 50, order)
      assert.equal(new Set(found.map(({ partition, offset }) => `${partition}/${offset}`)).size, 50)
      assert.equal(looked, orders.length, order)
    }
  })
})
