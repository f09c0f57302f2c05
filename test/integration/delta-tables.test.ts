import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import { connectApi } from '../../src/cli/weir-client.ts'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { eventually } from '../support/deadline.ts'
import { addAction, deltaLogAt } from '../support/delta-log.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const values = stream('values', { partitions: 2, value: 'json' })
const kept = table('kept', { columns: { id: 'long', text: 'string' }, format: 'delta' })
export default defineProject({ name: 'delta', resources: [values, kept, delivery('load', { from: values, to: kept, flush: { age: '1 hour' } })] })
`

const partedProject = project.replace(`format: 'delta'`, `format: 'delta', partitionBy: ['text']`)

void test('a delivery and another engine write one Delta table: each sees the other at once, the proof goes on, and a backup has what the log names', async () => {
  await using weir = await restartableWeir('delta-tables', { project })
  await weir.start()
  const api = connectApi(`http://127.0.0.1:${weir.ports.http}`)
  const log = deltaLogAt(join(weir.folder, '.weir/lake/public/kept/data'))
  await using client = await connected(weir)
  await produce(weir, [1, 2, 3])
  await shows(client, [1, 2, 3])
  await api.call('POST', '/api/v1/deliveries/load/flush', {})
  const offsets = log.actions(log.versions().at(-1)!).flatMap(({ txn }) => (txn ? [Number(txn['version'])] : []))
  assert.equal(
    offsets.reduce((sum, next) => sum + next, 0),
    3,
  )
  await shows(client, [1, 2, 3])
  // Twice, so that an answer that was kept would be seen.
  for (const id of [100, 101]) {
    await parquet(join(log.root, `other-${id}.parquet`), `SELECT ${id}::BIGINT AS id, 'other' AS text`)
    const stats = JSON.stringify({ numRecords: 1 })
    const { size } = statSync(join(log.root, `other-${id}.parquet`))
    const added = addAction(`other-${id}.parquet`, { stats, size })
    assert.ok(log.append([{ commitInfo: { engineInfo: 'another' } }, added]))
    const { rows } = await client.query<{ text: string; _offset: string | null }>(
      `select text, _offset from kept where id = ${id}`,
    )
    assert.deepEqual(rows, [{ text: 'other', _offset: null }])
  }
  await produce(weir, [4])
  await shows(client, [1, 2, 3, 4, 100, 101])
  await api.call('POST', '/api/v1/deliveries/load/flush', {})
  await client.query(`insert into kept (id) values (7)`)
  const verified = await weir.command('verify', '--json')
  assert.equal(verified.code, 0, verified.stdout + verified.stderr)
  const files = await log.files()
  assert.equal(files.length, log.replayed().length)
  const { delta } = (await api.call('GET', '/api/v1/resources/table/kept/status')) as { delta: { version: number } }
  assert.equal(delta.version, log.versions().at(-1))
  const shown = await weir.command('table', 'show', 'kept')
  assert.match(shown.stdout, new RegExp(`^format +Delta, version ${delta.version} of its log; Iceberg, version 2`, 'm'))
  const clients = await weir.command('table', 'clients', 'kept', '--for', 'delta-rs')
  assert.ok(
    clients.stdout.includes(`DeltaTable("${join(weir.folder, '.weir/lake/public/kept/data')}")`),
    clients.stdout,
  )
  const target = join(weir.folder, 'backup')
  const backup = await weir.command('backup', target)
  assert.equal(backup.code, 0, backup.stderr)
  const copied = deltaLogAt(join(target, 'lake/public/kept/data'))
  for (const path of copied.replayed()) assert.ok(statSync(join(copied.root, path)).size > 0)
  assert.deepEqual(copied.versions(), log.versions())
})

void test('the empty text for a partition of a Delta table is a dead letter that says so, and the delivery goes on', async () => {
  await using weir = await restartableWeir('delta-empty-text', { project: partedProject })
  await weir.start()
  const api = connectApi(`http://127.0.0.1:${weir.ports.http}`)
  await using client = await connected(weir)
  const values = ['{"id":1,"text":"a"}', '{"id":2,"text":""}', '{"id":3,"text":null}', '{"id":4,"text":"b"}']
  await api.call('POST', '/api/v1/streams/values/records', { records: values.map((value) => ({ key: 'one', value })) })
  await shows(client, [1, 3, 4])
  await api.call('POST', '/api/v1/deliveries/load/flush', {})
  const { items } = (await api.call('GET', '/api/v1/dead-letters?delivery=load')) as {
    readonly items: readonly { readonly reason: string }[]
  }
  assert.deepEqual(
    items.map(({ reason }) => reason),
    ['the empty text for column text, by which a Delta table is partitioned: Delta reads it as null. Send null'],
  )
  await shows(client, [1, 3, 4])
  const { rows } = await client.query('select id, text from kept order by id')
  assert.deepEqual(rows, [
    { id: '1', text: 'a' },
    { id: '3', text: null },
    { id: '4', text: 'b' },
  ])
  const verified = await weir.command('verify', '--json')
  assert.equal(verified.code, 0, verified.stdout + verified.stderr)
})

async function connected({ ports }: RestartableWeir) {
  const client = new pg.Client({ host: '127.0.0.1', port: ports.postgres, user: 'weir', database: 'weir' })
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

async function shows(client: pg.Client, ids: readonly number[]): Promise<void> {
  await eventually(`the rows ${ids.join(' ')}`, async () => {
    const { rows } = await client.query<{ id: string }>('select id from kept order by id')
    return rows.map(({ id }) => id).join(' ') === ids.join(' ') || undefined
  })
}

async function produce({ ports }: RestartableWeir, ids: readonly number[]): Promise<void> {
  const records = ids.map((id) => ({ key: String(id), value: JSON.stringify({ id, text: 'own' }) }))
  await connectApi(`http://127.0.0.1:${ports.http}`).call('POST', '/api/v1/streams/values/records', { records })
}

async function parquet(path: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
}
