import assert from 'node:assert/strict'
import { cpSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CatalogClient } from '../../src/lake/client/catalog-client.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import type { TableUpdate } from '../../src/lake/metadata/update.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { Kafka, logLevel } from 'kafkajs'
import { connectApi } from '../../src/cli/weir-client.ts'
import type { DeliveryStatus } from '../../src/platform/kinds/reconcile-services.ts'
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
  await change(
    catalog,
    { action: 'add-schema', schema: { ...schema!, fields: [...schema!.fields, added] } },
    { action: 'set-current-schema', 'schema-id': -1 },
  )
  const rows = await sqlOf(weir, 'select id::int as id, later from events order by id')
  assert.deepEqual(rows, [
    { id: 1, later: null },
    { id: 2, later: null },
  ])

  // One that records cannot fill is asked about at once, and mended by taking it away.
  const digest = { id: 101, name: 'digest', type: 'fixed[4]', required: false } as const
  await change(
    catalog,
    { action: 'add-schema', schema: { ...schema!, fields: [...schema!.fields, digest] } },
    { action: 'set-current-schema', 'schema-id': -1 },
  )
  assert.match(await asks(weir, 'WEIR-5017'), /column digest[^]*--try-again\n/)
  await answer(weir, '--try-again')
  assert.match(await asks(weir, 'WEIR-5017'), /column digest/)
  await change(catalog, { action: 'set-current-schema', 'schema-id': schema!['schema-id'] })
  await answer(weir, '--try-again')
  await holds(weir, [1, 2])
})

/** Each question of docs/spec/delivery.md that a client of the catalog or of the stream can raise, and its answer by command. */
void test('what others do to its table and its stream makes a delivery ask, and each answer makes it go on', async () => {
  await using weir = await restartableWeir('questions', { project })
  await weir.start()
  const catalog = connectCatalog({ uri: `http://127.0.0.1:${weir.ports.http}/iceberg` })

  await produce(weir, [1, 2])
  await commits(weir, [1, 2])
  const first = await snapshotOf(catalog)
  await produce(weir, [3])
  await commits(weir, [1, 2, 3])

  await change(catalog, rollBackTo(first))
  await produce(weir, [4])
  assert.match(await asks(weir, 'WEIR-5010'), /--deliver-again\n[^]*--go-on\n/)
  const counted = await weir.command('ledger')
  const sum =
    /in 4 = delivered 3 \+ rejected 0 \+ pending 1 +✗ the table was rolled back[^\n]*: weir delivery resume load/
  assert.match(counted.stdout, sum)
  assert.equal(counted.code, 4)
  await answer(weir, '--go-on')
  await holds(weir, [1, 2, 4])

  await change(catalog, { action: 'remove-properties', removals: ['weir.state'] })
  await produce(weir, [5])
  assert.match(await asks(weir, 'WEIR-5011'), /--deliver-again\n/)
  // What it is to deliver again goes meanwhile.
  await deleteRecords(weir)
  await answer(weir, '--deliver-again')
  assert.match(await asks(weir, 'WEIR-5012'), /offsets 4 to 4 of partition 0[^]*--accept-loss\n/)
  await answer(weir, '--accept-loss')
  await holds(weir, [1, 2, 4])

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

  const unasked = await weir.command('delivery', 'resume', 'load', '--adopt-table')
  assert.deepEqual([unasked.code, /WEIR-5033/.test(unasked.stderr)], [1, true], unasked.stderr)

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

void test('a log that was put back by hand makes the delivery ask, and a stream made again is the way on', async () => {
  await using weir = await restartableWeir('put-back', { project })
  const [log, copy] = [join(weir.folder, '.weir/log'), join(weir.folder, 'older-log')]
  await weir.start()
  await produce(weir, [1])
  await commits(weir, [1])
  await weir.stop()
  cpSync(log, copy, { recursive: true })
  await weir.start()
  await produce(weir, [2])
  await commits(weir, [1, 2])
  await weir.stop()
  rmSync(log, { recursive: true })
  renameSync(copy, log)
  await weir.start()
  assert.match(await asks(weir, 'WEIR-5016'), /ends at offset 1; the delivery was at 2/)
  await deleteStream(weir)
  const { code, stdout } = await weir.command('verify', 'load')
  assert.equal(code, 0, `what was delivered is proven without its stream: ${stdout}`)
  await makeStreamAgain(weir)
  await answer(weir, '--accept-loss')
  await produce(weir, [3])
  await commits(weir, [1, 2, 3])
  // What the log had that was taken away nobody knows: the end of the one that was put in its place is not its end.
  const proof = await weir.command('verify', 'load')
  assert.match(proof.stdout, /cannot tell: partition 0: .* from offset 2 on is gone, if it had anything there/)
  assert.equal(proof.code, 4)
})

async function produce({ ports }: RestartableWeir, ids: readonly number[]): Promise<void> {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${ports.kafka}` })
  const producer = await client.createProducer({ topic: 'events' })
  for (const id of ids) await producer.send({ value: JSON.stringify({ id }), partition: 0 })
  await producer.flush()
  await client.close()
}

async function deleteStream({ ports }: RestartableWeir): Promise<void> {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${ports.kafka}` })
  await client.topics.delete(['events'])
  await client.close()
}

async function makeStreamAgain(weir: RestartableWeir): Promise<void> {
  await deleteStream(weir)
  const client = await connectKafka({ bootstrap: `127.0.0.1:${weir.ports.kafka}` })
  await client.topics.create([{ name: 'events', partitions: 1 }])
  await client.close()
}

/** All that the stream has. */
async function deleteRecords({ ports }: RestartableWeir): Promise<void> {
  const admin = new Kafka({ brokers: [`127.0.0.1:${ports.kafka}`], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  // It deletes only where it has looked before.
  await admin.fetchTopicOffsets('events')
  await admin.deleteTopicRecords({ topic: 'events', partitions: [{ partition: 0, offset: '-1' }] })
  await admin.disconnect()
}

async function snapshotOf(catalog: CatalogClient): Promise<number> {
  return Number((await catalog.loadTable(ident)).metadata['current-snapshot-id'])
}

async function change(catalog: CatalogClient, ...updates: readonly TableUpdate[]): Promise<void> {
  const { outcome } = await catalog.commitTable(ident, { requirements: [], updates })
  assert.equal(outcome, 'committed')
}

function rollBackTo(snapshot: number): TableUpdate {
  return { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': snapshot } as TableUpdate
}

/** What the delivery asks, once it has a reason to: as `weir delivery resume` shows it. */
async function asks(weir: RestartableWeir, code: string): Promise<string> {
  await eventually(`the delivery to ask about ${code}`, async () => {
    const api = apiOf(weir)
    // It looks at its table when it commits.
    await api.call('POST', '/api/v1/deliveries/load/flush', {}).catch(() => undefined)
    const { question, ...status } = await api.call<DeliveryStatus>('GET', '/api/v1/resources/delivery/load/status')
    if (question?.code !== code) throw new Error(JSON.stringify({ question, status }))
    return true
  })
  return (await weir.command('delivery', 'resume', 'load')).stdout
}

function apiOf({ ports }: RestartableWeir) {
  return connectApi(`http://127.0.0.1:${ports.http}`)
}

async function answer(weir: RestartableWeir, choice: string): Promise<void> {
  const { code, stderr } = await weir.command('delivery', 'resume', 'load', choice)
  assert.equal(code, 0, stderr)
}

/** Exactly these rows are there, by SQL and, once they are committed, by proof. */
async function holds(weir: RestartableWeir, ids: readonly number[]): Promise<void> {
  await commits(weir, ids)
  const { code, stdout, stderr } = await weir.command('verify', 'load')
  assert.equal(code, 0, `${stdout}${stderr}`)
}

async function commits(weir: RestartableWeir, ids: readonly number[]): Promise<void> {
  await eventually(`rows ${ids.join(', ')}`, async () => {
    const found = await timesById(weir, 'events')
    const isSame = found.size === ids.length && ids.every((id) => found.get(id) === 1)
    if (!isSame) throw new Error(JSON.stringify([...found]))
    return true
  })
  await apiOf(weir).call('POST', '/api/v1/deliveries/load/flush', {})
}
