import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { readBounds } from '../../src/stream/reader/place.ts'
import { readForward } from '../../src/stream/reader/read-forward.ts'
import { runBroker } from '../support/running-broker.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { waitUntil } from '../support/wait-until.ts'
import { chosenSeed } from './chosen-seed.ts'

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const records = 400_000
const kills = 6

async function valuesOf(client: KafkaClient, topic: string): Promise<number[][]> {
  const { starts, ends } = await readBounds(client, topic)
  const found: number[][] = [...ends].map(() => [])
  for await (const { partition, records: some } of readForward(client, { topic, from: starts, until: ends }))
    for (const { value } of some) found[partition]!.push(Number(String(value).split(' ')[0]))
  return found
}

void test('INV-Y1: weir stream replay that is killed and called again copies each record once and in order', async (t) => {
  const random = seededRandom(chosenSeed(t))
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await client.topics.create([
    { name: 'orders', partitions: 3 },
    { name: 'copy', partitions: 2 },
  ])
  const producer = await client.createProducer({ topic: 'orders' })
  for (let at = 0; at < records; at++)
    await producer.send({ key: `key-${at % 50}`, value: `${at} ${'x'.repeat(60)}`, partition: at % 3 })
  await producer.close()

  const args = [cli, 'stream', 'replay', 'orders', 'copy', '--json', '--bootstrap', log.bootstrap]
  const start = (): ChildProcess => spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const written = async (): Promise<number> =>
    [...(await client.offsets.list('copy', 'end')).values()].reduce((sum, end) => sum + end, 0)
  let killed = 0
  for (let kill = 0; kill < kills; kill++) {
    const before = await written()
    const child = start()
    const ended = once(child, 'exit')
    // Where it is, not when: a busy machine is no slower test.
    const target = before + random.pick(records / kills)
    await waitUntil('it copies', async () => child.exitCode !== null || (await written()) > target, 60_000)
    if (child.exitCode === null) killed++
    child.kill('SIGKILL')
    await ended
  }
  const last = start()
  let out = ''
  last.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()))
  const [code] = (await once(last, 'exit')) as [number]
  assert.equal(code, 0)
  const result = JSON.parse(out) as { done: boolean; found?: number }
  t.diagnostic(`${killed} kills, ${result.found ?? 0} records found in place by the last run`)
  assert.ok(killed > 1)
  assert.equal(result.done, true)
  const copy = await valuesOf(client, 'copy')
  assert.equal(copy.flat().length, records)
  assert.equal(new Set(copy.flat()).size, records)
  for (const values of copy)
    for (const source of [0, 1, 2]) {
      const of = values.filter((value) => value % 3 === source)
      assert.ok(
        of.every((value, at) => at === 0 || value > of[at - 1]!),
        'in order within a partition of the source',
      )
    }
  await client.close()
})
