import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runSql } from '../../src/cli/sql-session.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { restartableWeir } from '../fault/restartable-weir.ts'
import { startWeir } from '../support/running-weir.ts'
import { waitUntil } from '../support/wait-until.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const events = stream('events', { partitions: 1, value: 'json' })
const rows = table('rows', { columns: { id: 'long' } })
export default defineProject({ name: 'growing', resources: [events, rows, delivery('load', { from: events, to: rows, workers: 2 })] })
`

void test('partitions that any client adds are delivered by the workers that run', { timeout: 60_000 }, async (t) => {
  await using weir = await startWeir('growing', project)
  const client = await connectKafka({ bootstrap: weir.endpoints.kafka })
  t.after(() => client.close())
  const send = async (id: number, partition: number): Promise<void> => {
    const producer = await client.createProducer({ topic: 'events' })
    await producer.send({ value: JSON.stringify({ id }), partition })
    await producer.close()
  }
  const ids = async (): Promise<string> => {
    const { rows } = await runSql(weir.endpoints.postgres, 'select id, _source_partition from rows order by id')
    return JSON.stringify(rows)
  }
  await send(1, 0)
  await waitUntil('the first record', async () => (await ids()) === '[["1","0"]]')
  await client.topics.addPartitions('events', 4)
  for (const partition of [1, 2, 3]) await send(partition + 1, partition)
  await waitUntil(
    'a record of each partition',
    async () => (await ids()) === '[["1","0"],["2","1"],["3","2"],["4","3"]]',
    30_000,
  )
  assert.equal((await client.topics.describe(['events']))[0]?.partitions.length, 4)
})

void test(
  'a stream to which a client added more than is declared starts as any other',
  { timeout: 60_000 },
  async () => {
    await using weir = await restartableWeir('grown', { project })
    await weir.start()
    const client = await connectKafka({ bootstrap: `127.0.0.1:${weir.ports.kafka}` })
    await client.topics.addPartitions('events', 3)
    await client.close()
    await weir.stop()
    await weir.start()
    assert.doesNotMatch(weir.errors(), /Failed/)
    const { stdout } = await weir.command('get', 'stream', 'events', '--json')
    assert.equal((JSON.parse(stdout) as { state: string }).state, 'Active')
  },
)
