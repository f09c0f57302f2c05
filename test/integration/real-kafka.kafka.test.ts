import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { startApacheKafka, type ApacheKafka } from '../contracts/apache-kafka.ts'
import { processesOf } from '../fault/process-tree.ts'
import { restartableWeir, type CommandResult, type RestartableWeir } from '../fault/restartable-weir.ts'
import { eventually } from '../support/deadline.ts'

const timeout = 400_000

function projectOn(bootstrap: string, partitions: number): string {
  return `import { defineProject, delivery, stream, table } from 'weir-data'
const orders = stream('orders', { partitions: ${partitions}, retention: '3 days', config: { 'segment.bytes': '1048576' } })
const kept = table('orders', { columns: { id: 'long', customer: 'string' } })
const load = delivery('load', { from: orders, to: kept, flush: { age: '1 s' } })
export default defineProject({ name: 'shop', resources: [orders, kept, load],
  environments: { kafka: { streams: { bootstrap: ['${bootstrap}'] } } }, streams: { bootstrap: ['${bootstrap}'] } })
`
}

void describe('a project whose streams lie in an Apache Kafka', { timeout }, () => {
  let kafka: ApacheKafka
  let client: KafkaClient
  let weir: RestartableWeir
  before(async () => {
    kafka = await startApacheKafka()
    client = await connectKafka({ bootstrap: kafka.bootstrap })
    const realKafkaPort = Number(kafka.bootstrap.split(':')[1])
    weir = await restartableWeir('real-kafka', { project: projectOn(kafka.bootstrap, 3), realKafkaPort })
    await client.topics.create([{ name: 'of-somebody-else', partitions: 1 }])
    await weir.start()
  })
  after(async () => {
    await weir?.[Symbol.asyncDispose]()
    await client?.close()
    await kafka?.stop()
  })

  async function run(...words: readonly string[]): Promise<CommandResult> {
    const result = await weir.command(...words)
    assert.equal(result.code, 0, `weir ${words.join(' ')}: ${result.stdout}${result.stderr}`)
    return result
  }

  async function produce(from: number, to: number): Promise<void> {
    const lines = Array.from({ length: to - from }, (_, at) => JSON.stringify({ id: from + at, customer: `c${at}` }))
    const file = join(weir.folder, 'orders.ndjson')
    writeFileSync(file, lines.join('\n'))
    await run('produce', 'orders', file)
  }

  async function stateOf(kind: string, name: string): Promise<{ state: string; reason: string | null }> {
    const { stdout } = await run('status', '--json')
    const { resources } = JSON.parse(stdout) as {
      resources: { kind: string; name: string; state: string; reason: string | null }[]
    }
    return resources.find((each) => each.kind === kind && each.name === name)!
  }

  const delivered = (count: number): Promise<boolean> =>
    eventually(`${count} delivered`, async () => {
      const { stdout } = await weir.command('ledger')
      if (new RegExp(`delivered ${count} .*pending 0\\b`).test(stdout)) return true
      throw new Error(stdout)
    })

  void test('INV-F1: no log of its own runs, and clients are sent to the Kafka', async () => {
    const kinds = processesOf(weir.pid()).map(({ kind }) => kind)
    assert.ok(kinds.includes('worker'))
    assert.ok(!kinds.includes('log'))
    assert.equal((await run('url', 'kafka')).stdout.trim(), kafka.bootstrap)
    assert.match((await run('doctor')).stdout, new RegExp(`✓ kafka +${kafka.bootstrap}`))
    const { stdout } = await run('get', 'stream')
    assert.doesNotMatch(stdout, /of-somebody-else/)
  })

  void test('its topic is made as it is declared', async () => {
    const [topic] = await client.topics.describe(['orders'])
    assert.equal(topic?.partitions.length, 3)
    const configs = new Map((await client.topics.configs('orders')).map(({ name, value }) => [name, value]))
    assert.equal(configs.get('retention.ms'), String(3 * 86_400_000))
    assert.equal(configs.get('segment.bytes'), '1048576')
  })

  void test('produce, tail, ledger, sql and verify work on it', async () => {
    await produce(0, 100)
    const { stdout } = await run('tail', 'orders', '--from', 'beginning', '--exit')
    assert.equal(stdout.trim().split('\n').length, 100)
    await delivered(100)
    assert.match((await run('sql', 'select count(*), sum(id) from orders')).stdout, /100.*4950/)
    assert.match((await run('verify')).stdout, /no gap, no duplicate/)
    assert.match((await run('status')).stdout, /stream +orders +Active/)
  })

  void test('it grows with the project, and what lies in the new partition is delivered', async () => {
    writeFileSync(join(weir.folder, 'weir.config.ts'), projectOn(kafka.bootstrap, 5))
    await run('apply')
    await eventually('five partitions', async () =>
      (await client.topics.describe(['orders']))[0]?.partitions.length === 5 ? true : undefined,
    )
    const producer = await client.createProducer({ topic: 'orders' })
    await producer.send({ value: '{"id": 100, "customer": "new"}', partition: 4 })
    await producer.close()
    await delivered(101)
  })

  void test('while it is away SQL answers and Weir says why; when it is back all goes on by itself', async () => {
    await kafka.restart(async () => {
      const { reason } = await eventually('the stream to be Failed', async () => {
        const found = await stateOf('stream', 'orders')
        return found.state === 'Failed' ? found : undefined
      })
      assert.match(reason ?? '', /does not answer/)
      const ready = await fetch(`http://127.0.0.1:${weir.ports.http}/ready`)
      assert.equal(ready.status, 503)
      assert.match(await ready.text(), /Kafka broker .* does not answer/)
      assert.match((await run('sql', 'select count(*) from orders')).stdout, /101/)
    })
    await eventually('the stream to be Active', async () =>
      (await stateOf('stream', 'orders')).state === 'Active' ? true : undefined,
    )
    await produce(101, 150)
    await delivered(150)
    assert.match((await run('verify')).stdout, /no gap, no duplicate/)
  })

  void test('a start while it is away does not wait for ever, says so, and goes on when it is back', async () => {
    await weir.stop()
    await kafka.restart(async () => {
      await weir.start()
      assert.match((await weir.command('status')).stdout, /does not answer/)
      assert.match((await run('sql', 'select count(*) from orders')).stdout, /150/)
    })
    await produce(150, 160)
    await delivered(160)
  })

  void test('WEIR-2018: its data directory is not started with streams in a log of its own', async () => {
    await weir.stop()
    const config = join(weir.folder, 'weir.config.ts')
    writeFileSync(config, projectOn(kafka.bootstrap, 5).replace(/, streams: .*(?= \}\))/, ''))
    await assert.rejects(
      weir.start(),
      /lie in the Kafka cluster \S+, but this start would use Weir's own log.*WEIR-2018/,
    )
    writeFileSync(config, projectOn(kafka.bootstrap, 5))
    await weir.start()
  })

  void test('a topic that somebody deletes is made again, and the delivery asks: nobody knows what it still owed', async () => {
    await client.topics.delete(['orders'])
    const { reason } = await eventually(
      'the delivery to ask',
      async () => {
        const found = await stateOf('delivery', 'load')
        if (found.state === 'Failed' && /WEIR-5013/.test(found.reason ?? '')) return found
        throw new Error(JSON.stringify(found))
      },
      90_000,
    )
    assert.match(reason ?? '', /WEIR-5013/)
    await eventually('the topic to be made again', async () =>
      (await client.topics.describe(['orders']))[0]?.partitions.length === 5 ? true : undefined,
    )
    await run('delivery', 'resume', 'load', '--accept-loss')
    await produce(1000, 1010)
    await eventually('the new records', async () => {
      const { stdout } = await weir.command('sql', 'select count(*) from orders where id >= 1000')
      return /\b10\b/.test(stdout) ? true : undefined
    })
    const { stdout } = await weir.command('verify')
    assert.match(stdout, /cannot tell/)
  })
})
