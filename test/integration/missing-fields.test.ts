import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { tableSchema } from '../../src/lake/metadata/read.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { startWeir } from '../support/running-weir.ts'
import { waitUntil } from '../support/wait-until.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const values = stream('values', { partitions: 1 })
const columns = { id: { type: 'long', required: true }, level: 'int', note: 'string', weight: 'struct<unit: string, n: int>' }
const properties = { 'format-version': '3' }
const kept = table('kept', { columns, properties })
const keyed = table('keyed', { columns, properties, key: ['id'] })
export default defineProject({ name: 'missing', resources: [
  values, kept, keyed, delivery('load', { from: values, to: kept }), delivery('upsert', { from: values, to: keyed }),
] })
`

void test('SQL shows the defaults of what records lack before the commit, and the same rows after it', async () => {
  await using weir = await startWeir('missing', project)
  const { http, kafka: bootstrap, postgres } = weir.endpoints
  for (const name of ['kept', 'keyed']) await setDefaults(`${http}/iceberg`, name)
  const kafka = await connectKafka({ bootstrap, clientId: 'test' })
  const producer = await kafka.createProducer({ topic: 'values' })
  const client = new pg.Client({ connectionString: postgres })
  await client.connect()
  try {
    const records = [
      '{"id":1}',
      '{"id":2,"level":null,"weight":{}}',
      '{"id":3,"level":3,"note":"n","weight":null}',
      '{"id":1}',
    ]
    await producer.sendLines(Buffer.from(records.map((record) => `${record}\n`).join('')))
    const first = [1, 7, 'none', null]
    const others = [
      [2, null, 'none', { unit: 'kg', n: null }],
      [3, 3, 'n', null],
    ]
    const ask = async (table: string) => {
      const text = `select id::int, level, note, weight from ${table} order by id`
      return (await client.query({ text, rowMode: 'array' })).rows as readonly unknown[]
    }
    const shows = (table: string, rows: readonly unknown[]) =>
      waitUntil(`${table} has all rows`, async () => {
        const found = await ask(table)
        return found.length === rows.length && assert.deepEqual(found, rows) === undefined ? true : undefined
      })
    const snapshots = async (table: string) =>
      (await connectCatalog({ uri: `${http}/iceberg` }).loadTable({ namespace: ['public'], name: table })).metadata
        .snapshots?.length ?? 0
    const before = [await snapshots('kept'), await snapshots('keyed')]
    await shows('kept', [first, first, ...others])
    await shows('keyed', [first, ...others])
    assert.deepEqual([await snapshots('kept'), await snapshots('keyed')], before, 'these were rows of tails')
    for (const name of ['load', 'upsert']) {
      const body = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
      assert.equal((await fetch(`${http}/api/v1/deliveries/${name}/flush`, body)).ok, true)
    }
    const after = [await snapshots('kept'), await snapshots('keyed')]
    assert.ok(after.every((count, at) => count > before[at]!))
    assert.deepEqual(await ask('kept'), [first, first, ...others])
    assert.deepEqual(await ask('keyed'), [first, ...others])
  } finally {
    await client.end()
    await producer.close()
    await kafka.close()
  }
})

/** As another client sets them, through the catalog. */
async function setDefaults(uri: string, name: string): Promise<void> {
  const catalog = connectCatalog({ uri })
  const ident = { namespace: ['public'], name }
  const { metadata } = await waitUntil(`${name} is there`, () => catalog.loadTable(ident).catch(() => undefined))
  const schema = tableSchema(metadata)
  const defaults: Readonly<Record<string, unknown>> = { level: 7, note: 'none' }
  const fields = schema.fields.map((field) => {
    if (field.name in defaults) return { ...field, 'write-default': defaults[field.name] }
    if (typeof field.type === 'string' || field.type.type !== 'struct') return field
    const inner = field.type.fields.map((one) => (one.name === 'unit' ? { ...one, 'write-default': 'kg' } : one))
    return { ...field, type: { ...field.type, fields: inner } }
  })
  const { outcome } = await catalog.commitTable(ident, {
    requirements: [{ type: 'assert-table-uuid', uuid: metadata['table-uuid'] }],
    updates: [
      { action: 'add-schema', schema: { ...schema, fields }, 'last-column-id': metadata['last-column-id'] },
      { action: 'set-current-schema', 'schema-id': -1 },
    ],
  })
  assert.equal(outcome, 'committed')
}
