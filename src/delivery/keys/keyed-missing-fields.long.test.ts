import assert from 'node:assert/strict'
import { test } from 'node:test'
import { haltOf } from '../../../test/support/delivery-bench.ts'
import { keyedTable, openKeyedBench, type KeyedBench } from '../../../test/support/keyed-bench.ts'
import { tableSchema } from '../../lake/metadata/read.ts'
import { verifyDelivery } from '../ledger/verify-delivery.ts'

const upsert = (id: number, more: Readonly<Record<string, unknown>> = {}) => ({
  key: `{"id":${id}}`,
  value: JSON.stringify({ id, ...more }),
})

/** As another client sets it, through the catalog. */
async function setDefaults({ lake }: KeyedBench, defaults: Readonly<Record<string, unknown>>): Promise<void> {
  const { metadata } = await lake.client.loadTable(keyedTable)
  const schema = tableSchema(metadata)
  const fields = schema.fields.map((field) =>
    field.name in defaults ? { ...field, 'write-default': defaults[field.name] } : field,
  )
  const { outcome } = await lake.client.commitTable(keyedTable, {
    requirements: [],
    updates: [
      { action: 'add-schema', schema: { ...schema, fields }, 'last-column-id': metadata['last-column-id'] },
      { action: 'set-current-schema', 'schema-id': -1 },
    ],
  })
  assert.equal(outcome, 'committed')
}

const rowsOf = async (bench: KeyedBench) =>
  (await bench.rows()).map(({ id, name }) => `${String(id)} ${String(name)}`).toSorted()

for (const [way, copyOnWriteBytes] of [
  ['copy on write', 16e6],
  ['vectors of version 3', 0],
] as const)
  void test(`a missing field has its default in a table with a key, by ${way}; rows of other keys stay as they are`, async () => {
    await using bench = await openKeyedBench({ copyOnWriteBytes, formatVersion: 3 })
    const deliver = async (...records: Parameters<typeof bench.log.appendKeyed>[1]): Promise<void> => {
      bench.log.appendKeyed(0, records)
      const worker = await bench.start()
      await bench.deliver(worker)
      await worker.stop(0)
    }
    await deliver(upsert(1), upsert(2, { name: 'b' }))
    await setDefaults(bench, { name: 'first' })
    await deliver(upsert(2), upsert(3), upsert(4, { name: null }))
    assert.deepEqual(await rowsOf(bench), ['1 null', '2 first', '3 first', '4 null'])
    await setDefaults(bench, { name: 'second' })
    await deliver(upsert(3), { key: '{"id":4}', value: null })
    assert.deepEqual(await rowsOf(bench), ['1 null', '2 first', '3 second'])
    assert.equal((await verifyDelivery(bench.ports)).verdict, 'proven')
  })

void test('a record says its key itself: without it, it is a letter, whatever default the column has', async () => {
  await using bench = await openKeyedBench({ formatVersion: 3 })
  await setDefaults(bench, { id: 7, name: 'x' })
  const worker = await bench.start()
  bench.log.appendKeyed(0, [upsert(7, { name: 'a' }), { key: null, value: '{"name":"b"}' }, { key: '{}', value: null }])
  await bench.deliver(worker)
  assert.deepEqual(await rowsOf(bench), ['7 a'])
  const { entries } = await bench.table.readState((await bench.table.load()).state!)
  assert.equal(entries[0]!.rejected, '2')
})

void test('a record that lacks the field by which records delete has its default, and does not delete', async () => {
  const columns = [
    { name: 'id', type: 'long', required: true },
    { name: 'name', type: 'string' },
    { name: 'gone', type: 'boolean' },
  ]
  const deletes = { tombstones: true, recordKey: 'json', marker: { field: 'gone', value: 'true' } } as const
  await using bench = await openKeyedBench({ columns, deletes, formatVersion: 3 })
  await setDefaults(bench, { gone: false })
  const worker = await bench.start()
  bench.log.appendKeyed(0, [upsert(1, { name: 'a' }), upsert(2), upsert(2, { gone: true })])
  await bench.deliver(worker)
  assert.deepEqual(await bench.rows('id, gone'), [{ id: '1', gone: false }])
  await worker.stop(0)

  await setDefaults(bench, { gone: true })
  const { code, reason } = await haltOf(await bench.start())
  assert.equal(code, 'WEIR-5017')
  assert.match(reason, /column gone has the write-default true, by which records delete/)
})
