import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { openLocalLake } from '../../../test/support/local-lake.ts'
import type { PreparedCommit } from '../commit/prepared-commit.ts'
import { prepareAppend } from '../commit/prepare-append.ts'
import { liveRowsSql } from '../scan/live-rows.ts'
import { planScan } from '../scan/plan-scan.ts'
import { printType } from '../types/print-type.ts'
import { schemaOf } from '../types/schema.ts'
import { copySql } from '../write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../write/copy-result.ts'
import { dataLocation } from '../write/data-location.ts'
import type { SchemaChange } from './evolve-schema.ts'
import { preparePartitioning, prepareSortOrder } from './prepare-layout-change.ts'
import { prepareSchemaEvolution } from './prepare-schema-change.ts'
import { specById, tableSchema } from './read.ts'
import type { TableMetadata } from './table-metadata.ts'

const ident = { namespace: ['public'], name: 't' }

async function newTable() {
  const lake = await openLocalLake()
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  await lake.client.ensureNamespace(['public'])
  let { metadata } = await lake.client.createTable(['public'], {
    name: 't',
    schema: schemaOf([
      { name: 'id', type: 'int', required: true },
      { name: 'price', type: 'decimal(4,2)' },
      { name: 'place', type: 'struct<city: string required, at: struct<x: float>>' },
      { name: 'items', type: 'list<struct<sku: string, n: int>>' },
      { name: 'marks', type: 'map<string, int>' },
    ]),
    partition: [{ 'source-id': 1, name: 'id_bucket', transform: 'bucket[4]' }],
  })
  let copies = 0
  return {
    metadata: () => metadata,
    async commit(prepared: PreparedCommit): Promise<string> {
      const outcome = await lake.client.commitTable(ident, prepared)
      if (outcome.outcome === 'committed') ({ metadata } = outcome.table)
      return outcome.outcome
    },
    async append(select: string): Promise<void> {
      const [schema, spec] = [tableSchema(metadata), specById(metadata, metadata['default-spec-id'])]
      const directory = join(lake.folder, `copy-${copies++}`)
      await mkdir(directory)
      const copied = await db.runAndReadAll(copySql({ schema, spec, source: `(${select})`, directory }))
      const files = dataFilesOfCopy(copied.getRowObjectsJson() as unknown as CopyRow[], {
        schema,
        spec,
        location: (partition) => dataLocation(metadata, spec, partition),
      })
      for (const { localPath, file } of files) await lake.store.adopt(localPath, file.location)
      const prepared = await prepareAppend({ metadata, store: lake.store, dataFiles: files.map(({ file }) => file) })
      assert.equal(await this.commit(prepared), 'committed')
    },
    async rows(): Promise<readonly unknown[]> {
      const scan = await planScan({ metadata, store: lake.store })
      const sql = liveRowsSql(scan, { schemas: metadata.schemas, pathOf: fileURLToPath })
      return (await db.runAndReadAll(`SELECT * FROM (${sql}) ORDER BY ALL`)).getRowObjectsJson()
    },
    specs: async () => (await planScan({ metadata, store: lake.store })).dataFiles.map(({ specId }) => specId),
    async [Symbol.asyncDispose]() {
      db.closeSync()
      instance.closeSync()
      await lake[Symbol.asyncDispose]()
    },
  }
}

function shapeOf(metadata: TableMetadata): readonly string[] {
  return tableSchema(metadata).fields.map(
    ({ name, type, required }) => `${name}: ${printType(type)}${required ? ' required' : ''}`,
  )
}

void test('rows of before read alike under every change of the schema, at every depth, without a file written anew', async () => {
  await using table = await newTable()
  const ids = tableSchema(table.metadata()).fields.map(({ id }) => id)
  await table.append(`SELECT 1 AS id, 1.25 AS price, {'city': 'Bern', 'at': {'x': 0.5}} AS place,
    [{'sku': 'a', 'n': 7}] AS items, MAP {'k': 3} AS marks`)
  const changes: readonly SchemaChange[] = [
    { change: 'rename', column: ['id'], name: 'number' },
    { change: 'widen', column: ['number'], type: 'long' },
    { change: 'optional', column: ['number'] },
    { change: 'widen', column: ['price'], type: 'decimal(12,2)' },
    { change: 'move', column: ['price'] },
    { change: 'rename', column: ['place', 'city'], name: 'town' },
    { change: 'optional', column: ['place', 'town'] },
    { change: 'widen', column: ['place', 'at', 'x'], type: 'double' },
    { change: 'move', column: ['place', 'town'], after: 'at' },
    { change: 'drop', column: ['items', 'element', 'n'] },
    { change: 'add', column: { name: 'note', type: 'string' }, parent: ['items', 'element'] },
    { change: 'widen', column: ['marks', 'value'], type: 'long' },
    { change: 'add', column: { name: 'late', type: 'list<int>' } },
  ]
  assert.equal(await table.commit(prepareSchemaEvolution(table.metadata(), changes)), 'committed')
  assert.deepEqual(shapeOf(table.metadata()), [
    'price: decimal(12, 2)',
    'number: long',
    'place: struct<at: struct<x: double>, town: string>',
    'items: list<struct<sku: string, note: string>>',
    'marks: map<string, long>',
    'late: list<int>',
  ])
  const old = {
    price: '1.25',
    number: '1',
    place: { at: { x: 0.5 }, town: 'Bern' },
    items: [{ sku: 'a', note: null }],
    marks: [{ key: 'k', value: '3' }],
    late: null,
  }
  assert.deepEqual(await table.rows(), [old])
  const [id, price, ...others] = ids
  const evolved = tableSchema(table.metadata()).fields.map((field) => field.id)
  assert.deepEqual(evolved, [price, id, ...others, table.metadata()['last-column-id'] - 1])
  await table.append(
    `SELECT 99999999.99 AS price, 5000000000 AS number, NULL AS place, NULL AS items, NULL AS marks, [1] AS late`,
  )
  const young = { price: '99999999.99', number: '5000000000', place: null, items: null, marks: null, late: [1] }
  assert.deepEqual(await table.rows(), [old, young])
})

void test('INV-L8: a column that was dropped and added again under its name is another: its old values stay gone', async () => {
  await using table = await newTable()
  await table.append(`SELECT 1 AS id, 1.25 AS price, NULL AS place, NULL AS items, MAP {'k': 3} AS marks`)
  const before = table.metadata()['last-column-id']
  await table.commit(prepareSchemaEvolution(table.metadata(), [{ change: 'drop', column: ['price'] }]))
  const again: SchemaChange = { change: 'add', column: { name: 'price', type: 'decimal(4,2)' } }
  await table.commit(prepareSchemaEvolution(table.metadata(), [again]))
  assert.equal(tableSchema(table.metadata()).fields.at(-1)!.id, before + 1)
  assert.equal(((await table.rows()) as readonly { price: unknown }[])[0]!.price, null)
})

void test('changes that Iceberg refuses are refused, with the reason', async () => {
  await using table = await newTable()
  await table.commit(prepareSortOrder(table.metadata(), [{ column: ['price'], direction: 'desc' }]))
  const refused: readonly (readonly [SchemaChange, RegExp])[] = [
    [{ change: 'widen', column: ['id'], type: 'string' }, /id is int and cannot become string/],
    [{ change: 'widen', column: ['id'], type: 'int' }, /id is int and cannot become int/],
    [{ change: 'widen', column: ['price'], type: 'decimal(4,1)' }, /price is decimal\(4, 2\) and cannot become/],
    [{ change: 'widen', column: ['price'], type: 'decimal(9,3)' }, /price is decimal\(4, 2\) and cannot become/],
    [{ change: 'widen', column: ['price'], type: 'decimal(3,2)' }, /price is decimal\(4, 2\) and cannot become/],
    [{ change: 'widen', column: ['place'], type: 'string' }, /place is struct<.*> and cannot become string/],
    [{ change: 'widen', column: ['marks', 'key'], type: 'string' }, /the keys of a map cannot be changed/],
    [{ change: 'rename', column: ['id'], name: 'PRICE' }, /The column PRICE is already there as price/],
    [{ change: 'rename', column: ['none'], name: 'x' }, /There is no column none to change; there are id, price/],
    [{ change: 'rename', column: ['items', 'element'], name: 'x' }, /items is not a struct/],
    [{ change: 'drop', column: ['items', 'element'] }, /items is not a struct/],
    [{ change: 'drop', column: ['place', 'at', 'x'] }, /x is the last of its struct/],
    [{ change: 'drop', column: ['id'] }, /The column id cannot be dropped: files are partitioned by it, as id_bucket/],
    [{ change: 'drop', column: ['price'] }, /The column price cannot be dropped: the table is sorted by it/],
    [{ change: 'move', column: ['price'], after: 'city' }, /price cannot be moved behind city/],
    [{ change: 'move', column: ['price'], after: 'price' }, /price cannot be moved behind price/],
  ]
  for (const [change, message] of refused)
    assert.throws(() => prepareSchemaEvolution(table.metadata(), [change]), { code: 'WEIR-4011', message })
})

void test('the columns that tell rows apart stay, required, with the structs around them', async () => {
  await using table = await newTable()
  const { schemas, ...rest } = table.metadata()
  const keyed = { ...rest, schemas: schemas.map((schema) => ({ ...schema, 'identifier-field-ids': [1] })) }
  const free = { ...keyed, 'partition-specs': [{ 'spec-id': 0, fields: [] }] }
  for (const change of ['drop', 'optional'] as const)
    assert.throws(() => prepareSchemaEvolution(free, [{ change, column: ['id'] }]), {
      code: 'WEIR-4011',
      message: /id tells rows apart/,
    })
})

void test('partitions change for what is written from then on; all files are read, each under its spec', async () => {
  await using table = await newTable()
  const row = (id: number) =>
    `SELECT ${id} AS id, ${id}.25 AS price, NULL AS place, NULL AS items, MAP {'k': 3} AS marks`
  await table.append(row(1))
  const [first] = table.metadata()['partition-specs']
  const truncated = { column: ['price'], transform: 'truncate[100]', name: 'price_trunc' }
  const bucket = { column: ['id'], transform: 'bucket[4]', name: 'id_bucket' }
  const town = { column: ['place', 'city'], name: 'city' }
  assert.equal(await table.commit(preparePartitioning(table.metadata(), [truncated, bucket, town])), 'committed')
  await table.append(row(2))
  // The field that stays keeps its id; new ones are never those of others.
  const second = specById(table.metadata(), 1)
  assert.deepEqual(
    second.fields.map((field) => field['field-id']),
    [1001, first!.fields[0]!['field-id'], 1002],
  )
  await table.commit(preparePartitioning(table.metadata(), []))
  await table.append(row(3))
  await table.commit(preparePartitioning(table.metadata(), [bucket]))
  assert.equal(table.metadata()['default-spec-id'], 0)
  assert.equal(table.metadata()['last-partition-id'], 1002)
  assert.deepEqual(new Set(await table.specs()), new Set([0, 1, 2]))
  assert.deepEqual(
    (await table.rows()).map((found) => (found as { id: number }).id),
    [1, 2, 3],
  )
})

void test('of two changes of the layout that start from one state one is a conflict', async () => {
  await using table = await newTable()
  const start = table.metadata()
  const [one, other] = [preparePartitioning(start, []), preparePartitioning(start, [{ column: ['price'], name: 'p' }])]
  assert.equal(await table.commit(one), 'committed')
  assert.equal(await table.commit(other), 'conflict')
  const dropped = prepareSchemaEvolution(table.metadata(), [{ change: 'drop', column: ['price'] }])
  assert.equal(await table.commit(prepareSortOrder(table.metadata(), [{ column: ['price'] }])), 'committed')
  assert.equal(await table.commit(dropped), 'conflict')
})

void test('layouts that cannot be are refused', async () => {
  await using table = await newTable()
  const metadata = table.metadata()
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [() => preparePartitioning(metadata, [{ column: ['none'], name: 'n' }]), /There is no column none/],
    [() => preparePartitioning(metadata, [{ column: ['place'], name: 'n' }]), /place has no single value a row/],
    [
      () => preparePartitioning(metadata, [{ column: ['items', 'element', 'n'], name: 'n' }]),
      /items\.element\.n has no single value a row/,
    ],
    [
      () => preparePartitioning(metadata, [{ column: ['id'], transform: 'day', name: 'n' }]),
      /day cannot be applied to id/,
    ],
    [
      () => preparePartitioning(metadata, [{ column: ['id'], transform: 'bucket[2]', name: 'price' }]),
      /has the name of a column/,
    ],
    [
      () =>
        preparePartitioning(metadata, [
          { column: ['id'], name: 'id' },
          { column: ['id'], transform: 'bucket[2]', name: 'id' },
        ]),
      /The partition field id stands twice/,
    ],
    [() => prepareSortOrder(metadata, [{ column: ['marks'] }]), /marks has no single value a row/],
  ]
  for (const [prepare, message] of refused) assert.throws(prepare, { code: 'WEIR-4011', message })
  assert.throws(() => prepareSortOrder(metadata, [{ column: ['id'], transform: 'bucket[0]' }]), { code: 'WEIR-4007' })
})

void test('sort orders are kept by their ids; the same one is none twice; 0 is the order of what is not sorted', async () => {
  await using table = await newTable()
  const byPrice = [{ column: ['price'], direction: 'desc' as const }]
  const byCity = [{ column: ['place', 'city'], transform: 'truncate[2]' }, { column: ['id'] }]
  const used: number[] = []
  for (const order of [byPrice, byCity, byPrice, []]) {
    assert.equal(await table.commit(prepareSortOrder(table.metadata(), order)), 'committed')
    used.push(table.metadata()['default-sort-order-id'])
  }
  assert.deepEqual(used, [1, 2, 1, 0])
  assert.deepEqual(table.metadata()['sort-orders'][1]!.fields[0], {
    transform: 'identity',
    'source-id': 2,
    direction: 'desc',
    'null-order': 'nulls-last',
  })
})
