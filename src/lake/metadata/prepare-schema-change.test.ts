import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLocalLake } from '../../../test/support/local-lake.ts'
import { printType } from '../types/print-type.ts'
import { schemaOf } from '../types/schema.ts'
import { prepareSchemaChange, type AddedColumn } from './prepare-schema-change.ts'
import { tableSchema } from './read.ts'

const ident = { namespace: ['public'], name: 't' }
const columns = [
  { name: 'id', type: 'long', required: true },
  { name: 'place', type: 'struct<city: string, at: struct<x: int>>' },
  { name: 'items', type: 'list<struct<sku: string>>' },
  { name: 'marks', type: 'map<string, struct<n: int>>' },
]

async function newTable() {
  const lake = await openLocalLake()
  await lake.client.ensureNamespace(['public'])
  const { metadata } = await lake.client.createTable(['public'], { name: 't', schema: schemaOf(columns) })
  const change = async (added: readonly AddedColumn[], from = metadata) => {
    const outcome = await lake.client.commitTable(ident, prepareSchemaChange(from, added))
    return outcome.outcome === 'committed' ? outcome.table.metadata : outcome.outcome
  }
  return { lake, metadata, change, [Symbol.asyncDispose]: () => lake[Symbol.asyncDispose]() }
}

void test('columns are added last in their struct, optional, with ids that no column ever had', async () => {
  await using table = await newTable()
  const changed = await table.change([
    { name: 'note', type: 'list<string>', doc: 'what was said' },
    { name: 'zip', type: 'string', parent: ['place'] },
    { name: 'y', type: 'int', parent: ['place', 'at'] },
    { name: 'count', type: 'int', parent: ['items', 'element'] },
    { name: 'm', type: 'double', parent: ['marks', 'value'] },
  ])
  assert.ok(typeof changed === 'object')
  const { fields } = tableSchema(changed)
  assert.deepEqual(
    fields.map(({ name, type, required }) => `${name}: ${printType(type)}${required ? ' required' : ''}`),
    [
      'id: long required',
      'place: struct<city: string, at: struct<x: int, y: int>, zip: string>',
      'items: list<struct<sku: string, count: int>>',
      'marks: map<string, struct<n: int, m: double>>',
      'note: list<string>',
    ],
  )
  assert.equal(fields[4]!.doc, 'what was said')
  const before = table.metadata['last-column-id']
  assert.ok(fields[4]!.id > before)
  // The list and its element, zip, y, count and m.
  assert.equal(changed['last-column-id'], before + 6)
  assert.equal(changed['current-schema-id'], 1)
  assert.deepEqual(changed.schemas[0], tableSchema(table.metadata))
})

void test('INV-L8: an id is not given again after its column was dropped', async () => {
  await using table = await newTable()
  const added = await table.change([{ name: 'a', type: 'int' }])
  assert.ok(typeof added === 'object')
  const { fields, ...rest } = tableSchema(added)
  const outcome = await table.lake.client.commitTable(ident, {
    requirements: [],
    updates: [
      { action: 'add-schema', schema: { ...rest, fields: fields.filter(({ name }) => name !== 'a') } },
      { action: 'set-current-schema', 'schema-id': -1 },
    ],
  })
  assert.ok(outcome.outcome === 'committed')
  const again = await table.change([{ name: 'a', type: 'string' }], outcome.table.metadata)
  assert.ok(typeof again === 'object')
  const idOf = (metadata: typeof again) => tableSchema(metadata).fields.find(({ name }) => name === 'a')!.id
  assert.equal(idOf(again), idOf(added) + 1)
})

void test('of two changes that start from one schema one is a conflict, and can be prepared again', async () => {
  await using table = await newTable()
  assert.ok(typeof (await table.change([{ name: 'a', type: 'int' }])) === 'object')
  assert.equal(await table.change([{ name: 'b', type: 'int' }]), 'conflict')
  const { metadata } = await table.lake.client.loadTable(ident)
  const both = await table.change([{ name: 'b', type: 'int' }], metadata)
  assert.ok(typeof both === 'object')
  assert.deepEqual(
    tableSchema(both)
      .fields.slice(-2)
      .map(({ name }) => name),
    ['a', 'b'],
  )
})

void test('what Iceberg does not allow is refused before the catalog is asked', async () => {
  await using table = await newTable()
  const refused: readonly (readonly [AddedColumn, RegExp])[] = [
    [{ name: 'r', type: 'int', required: true }, /r cannot be added as required: older rows lack it/],
    [{ name: 'id', type: 'int' }, /The column id is already there/],
    [{ name: 'ID', type: 'int' }, /The column ID is already there as id/],
    [{ name: 'city', type: 'int', parent: ['place'] }, /The column city is already there/],
    [{ name: 'x', type: 'int', parent: ['none'] }, /none is not a struct/],
    [{ name: 'x', type: 'int', parent: ['id'] }, /id is not a struct/],
    [{ name: 'x', type: 'int', parent: ['items'] }, /items is not a struct/],
    [{ name: 'x', type: 'int', parent: ['marks', 'key'] }, /marks is not a struct/],
    [{ name: 'x', type: 'int', parent: ['place', 'city'] }, /city is not a struct/],
  ]
  for (const [column, message] of refused)
    assert.throws(() => prepareSchemaChange(table.metadata, [column]), { code: 'WEIR-4011', message })
  const twice = [
    { name: 'a', type: 'int' },
    { name: 'A', type: 'int' },
  ]
  assert.throws(() => prepareSchemaChange(table.metadata, twice), { code: 'WEIR-4011' })
  assert.throws(() => prepareSchemaChange(table.metadata, [{ name: 'a', type: 'itn' }]), { code: 'WEIR-4007' })
})
