import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { restartableWeir } from '../fault/restartable-weir.ts'

const project = (schema: string) => `import { defineProject, stream } from 'weir-data'
const orders = stream('orders', { partitions: 1${schema} })
export default defineProject({ name: 'shop', resources: [orders] })
`

interface Answer {
  readonly status: number
  readonly body: unknown
}

async function ask(http: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${http}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
  })
  return { status: answer.status, body: await answer.json() }
}

void test(
  'a stream requires schemas as it is declared, and its records are read by them',
  { timeout: 120_000 },
  async () => {
    await using weir = await restartableWeir('schemas', { project: project(`, schema: { value: 'required' }`) })
    await weir.start()
    const http = `http://127.0.0.1:${weir.ports.http}`
    const produce = async (value: Buffer): Promise<void> => {
      const client = await connectKafka({ bootstrap: `127.0.0.1:${weir.ports.kafka}` })
      try {
        const producer = await client.createProducer({ topic: 'orders' })
        await producer.send({ value })
        await producer.close()
      } finally {
        await client.close()
      }
    }
    const schema = '{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"long"}]}'
    const registered = await ask(http, '/schema-registry/subjects/orders-value/versions', { schema })
    assert.deepEqual([registered.status, (registered.body as { id: number }).id], [200, 1])
    await produce(Buffer.from([0, 0, 0, 0, 1, 84]))
    await assert.rejects(produce(Buffer.from('{"id": 42}')), /INVALID_RECORD.*does not begin with the id of a schema/)
    const records = await ask(http, '/api/v1/streams/orders/records')
    const [record] = (records.body as { items: { value: unknown }[] }).items
    assert.deepEqual(record?.value, {
      format: 'avro',
      encoding: 'utf-8',
      text: '{"id":42}',
      bytes: 6,
      cut: false,
      schema: { id: 1, type: 'AVRO', subject: 'orders-value', version: 1, name: 'shop.Order' },
    })
    const subjects = await ask(http, '/api/v1/streams/orders/subjects')
    assert.deepEqual(
      (subjects.body as { items: { subject: string; versions: number }[] }).items.map(({ subject, versions }) => [
        subject,
        versions,
      ]),
      [['orders-value', 1]],
    )
    const { stdout: streams } = await weir.command('get', 'stream', '--json')
    assert.doesNotMatch(streams, /_schemas/)

    // Through a kill, and without the rule again.
    process.kill(weir.pid(), 'SIGKILL')
    await weir.gone()
    writeFileSync(join(weir.folder, 'weir.config.ts'), project(''))
    await weir.start()
    assert.deepEqual((await ask(http, '/schema-registry/subjects')).body, ['orders-value'])
    await produce(Buffer.from('free'))
  },
)
