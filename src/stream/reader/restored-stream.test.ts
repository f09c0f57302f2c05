import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runBroker, type RunningBroker } from '../../../test/support/running-broker.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { leaveRestoreNote } from '../broker/restore-note.ts'
import { connectKafka } from '../client/connect.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import { readBounds } from './place.ts'
import { readNewest } from './read-newest.ts'
import { compileFilter } from './record-filter.ts'
import { searchRecords } from './search-records.ts'

/** Fetches that a reading may take, however far the log jumped. */
const fetchesMax = 1000

void test('what a restored log passed over is no way to go: the newest records in front of it are found at once', async () => {
  await using log = await runBroker()
  const all: number[] = []
  for (const round of [0, 1, 2]) {
    if (round > 0) await restore(log)
    await withClient(log, async (client) => {
      if (round === 0) await client.topics.create([{ name: 'orders', partitions: 2 }])
      // Nothing lies behind the jump yet.
      await holds(client, all)
      const producer = await client.createProducer({ topic: 'orders', batchBytesMax: 500 })
      for (let id = 100 * round; id < 100 * round + 50; id++) {
        await producer.send({ value: JSON.stringify({ id }), partition: id % 2, timestampMs: 1_700_000_000_000 + id })
        all.unshift(id)
      }
      await producer.close()
      await holds(client, all)
    })
  }
})

async function restore(log: RunningBroker): Promise<void> {
  await log.broker.stop()
  await leaveRestoreNote(nodeFiles, log.directory, 0, 86_400_000)
  await log.start()
}

async function withClient(log: RunningBroker, work: (client: KafkaClient) => Promise<void>): Promise<void> {
  const client = await connectKafka({ bootstrap: log.bootstrap })
  let fetches = 0
  try {
    await work({
      ...client,
      fetch(request) {
        assert.ok(++fetches < fetchesMax, 'fetches without end')
        return client.fetch(request)
      },
    })
  } finally {
    await client.close()
  }
}

/** These ids, the newest first, in pages and by a search. */
async function holds(client: KafkaClient, expected: readonly number[]): Promise<void> {
  const topic = 'orders'
  const { starts, ends } = await readBounds(client, topic)
  const paged: number[] = []
  for (let before: ReadonlyMap<number, number> = ends; before.size > 0;) {
    const page = await readNewest(client, { topic, before, starts, limit: 30 })
    paged.push(...page.records.map(idOf))
    before = page.before
  }
  assert.deepEqual(paged, expected)
  const found: number[] = []
  let looked = 0
  const isWanted = compileFilter({ has: 'id' })!
  for await (const step of searchRecords(client, { topic, from: starts, until: ends, order: 'newest', isWanted })) {
    found.push(...step.found.map(idOf))
    looked += step.looked
  }
  assert.deepEqual(new Set(found), new Set(expected))
  assert.equal(found.length, expected.length)
  assert.equal(
    looked,
    [...ends].reduce((sum, [partition, end]) => sum + end - starts.get(partition)!, 0),
  )
}

const idOf = ({ value }: { value: Buffer | null }): number => (JSON.parse(String(value)) as { id: number }).id
