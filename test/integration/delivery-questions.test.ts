import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CatalogClient } from '../../src/lake/client/catalog-client.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import type { TableUpdate } from '../../src/lake/metadata/update.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { sqlOf, timesById } from '../fault/sql-of.ts'
import { eventually } from '../support/deadline.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const events = stream('events', { partitions: 1, value: 'json' })
const rows = table('events', { columns: { id: 'long' } })
export default defineProject({
  name: 'questions',
  resources: [events, rows, delivery('load', { from: events, to: rows, flush: { age: '1 hour' } })],
})
`
const ident = { namespace: ['public'], name: 'events' }

void test('rows that are not committed stay visible when another client changes the schema of their table', async () => {
  await using weir = await restartableWeir('schema', { project })
  await weir.start()
  const catalog = connectCatalog({ uri: `http://127.0.0.1:${weir.ports.http}/iceberg` })
  await produce(weir, [1, 2])
  await eventually('both rows', async () => ((await timesById(weir, 'events')).size === 2 ? true : undefined))
  const { metadata } = await catalog.loadTable(ident)
  const [schema] = metadata.schemas
  const added = { id: 100, name: 'later', type: 'string', required: false } as const
  const updates: TableUpdate[] = [
    { action: 'add-schema', schema: { ...schema!, fields: [...schema!.fields, added] } },
    { action: 'set-current-schema', 'schema-id': -1 },
  ]
  assert.equal((await catalog.commitTable(ident, { requirements: [], updates })).outcome, 'committed')
  const rows = await sqlOf(weir, 'select id::int as id, later from events order by id')
  assert.deepEqual(rows, [
    { id: 1, later: null },
    { id: 2, later: null },
  ])
})

/** Each question of docs/spec/delivery.md that a client of the catalog or of the stream can raise, and its answer by command. */
void test('what others do to its table and its stream makes a delivery ask, and each answer makes it go on', async () => {
  await using weir = await restartableWeir('questions', { project })
  await weir.start()
  const catalog = connectCatalog({ uri: `http://127.0.0.1:${weir.ports.http}/iceberg` })

  await produce(weir, [1, 2])
  await flush(weir)
  const first = await snapshotOf(catalog)
  await produce(weir, [3])
  await flush(weir)

  await change(catalog, rollBackTo(first))
  await produce(weir, [4])
  assert.match(await asks(weir, 'WEIR-5010'), /--deliver-again\n[^]*--go-on\n/)
  await answer(weir, '--go-on')
  await holds(weir, [1, 2, 4])

  await change(catalog, { action: 'remove-properties', removals: ['weir.state'] })
  await produce(weir, [5])
  assert.match(await asks(weir, 'WEIR-5011'), /--deliver-again\n/)
  await answer(weir, '--deliver-again')
  await holds(weir, [1, 2, 4, 5])

  // The stream goes, with a record that nobody delivered, while the delivery waits for another answer.
  await change(catalog, rollBackTo(first))
  await produce(weir, [6])
  await asks(weir, 'WEIR-5010')
  await produce(weir, [7])
  await makeStreamAgain(weir)
  await produce(weir, [8])
  await answer(weir, '--deliver-again')
  assert.match(await asks(weir, 'WEIR-5013'), /partition 0 offsets 2 to 6[^]*--accept-loss\n/)
  await answer(weir, '--accept-loss')
  await holds(weir, [1, 2, 8])

  // The question outlives the processes that would have asked it.
  const { metadata } = await catalog.loadTable(ident)
  await catalog.dropTable(ident)
  await catalog.createTable(['public'], { name: 'events', schema: metadata.schemas[0]! })
  await weir.stop()
  await weir.start()
  assert.match(await asks(weir, 'WEIR-5014'), /--adopt-table\n/)
  await answer(weir, '--adopt-table')
  await produce(weir, [9])
  await holds(weir, [8, 9])
})

async function produce({ ports }: RestartableWeir, ids: readonly number[]): Promise<void> {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${ports.kafka}` })
  const producer = await client.createProducer({ topic: 'events' })
  for (const id of ids) await producer.send({ value: JSON.stringify({ id }), partition: 0 })
  await producer.flush()
  await client.close()
}

async function makeStreamAgain({ ports }: RestartableWeir): Promise<void> {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${ports.kafka}` })
  await client.topics.delete(['events'])
  await client.topics.create([{ name: 'events', partitions: 1 }])
  await client.close()
}

async function snapshotOf(catalog: CatalogClient): Promise<number> {
  return Number((await catalog.loadTable(ident)).metadata['current-snapshot-id'])
}

async function change(catalog: CatalogClient, update: TableUpdate): Promise<void> {
  const { outcome } = await catalog.commitTable(ident, { requirements: [], updates: [update] })
  assert.equal(outcome, 'committed')
}

function rollBackTo(snapshot: number): TableUpdate {
  return { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': snapshot } as TableUpdate
}

async function flush(weir: RestartableWeir): Promise<void> {
  await eventually('the delivery to commit', async () => {
    const { code, stderr } = await weir.command('delivery', 'flush', 'load')
    if (code !== 0) throw new Error(stderr)
    return true
  })
}

/** What the delivery asks, once it commits and finds a reason to: as `weir delivery resume` shows it. */
function asks(weir: RestartableWeir, code: string): Promise<string> {
  return eventually(`the delivery to ask about ${code}`, async () => {
    await weir.command('delivery', 'flush', 'load')
    const { stdout } = await weir.command('delivery', 'resume', 'load')
    if (!stdout.includes(code)) throw new Error(stdout)
    return stdout
  })
}

async function answer(weir: RestartableWeir, choice: string): Promise<void> {
  const { code, stderr } = await weir.command('delivery', 'resume', 'load', choice)
  assert.equal(code, 0, stderr)
}

/** Exactly these rows are there, by SQL and by proof. */
async function holds(weir: RestartableWeir, ids: readonly number[]): Promise<void> {
  await eventually(`rows ${ids.join(', ')}`, async () => {
    const found = await timesById(weir, 'events')
    const isSame = found.size === ids.length && ids.every((id) => found.get(id) === 1)
    if (!isSame) throw new Error(JSON.stringify([...found]))
    return true
  })
  await flush(weir)
  const { code, stdout, stderr } = await weir.command('verify', 'load')
  assert.equal(code, 0, `${stdout}${stderr}`)
}
