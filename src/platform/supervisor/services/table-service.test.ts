import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { addAction, deltaLogAt } from '../../../../test/support/delta-log.ts'
import { fetchFrom, openLocalLake, type LocalLake } from '../../../../test/support/local-lake.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { connectCatalog } from '../../../lake/client/connect-catalog.ts'
import { tableSchema } from '../../../lake/metadata/read.ts'
import type { TableChange, TableService } from '../../kinds/reconcile-services.ts'
import { dropNotes } from './interrupted-changes.ts'
import { createTableService } from './table-service.ts'

let lake: LocalLake
let tables: TableService
beforeEach(async () => {
  lake = await openLocalLake()
  tables = createTableService(connectCatalog({ uri: 'http://catalog', fetch: fetchFrom(lake.catalog) }), {
    begin: async () => undefined,
    end: async () => undefined,
  })
})
afterEach(() => lake[Symbol.asyncDispose]())

const flights = { namespace: 'public', name: 'flights' }
const nothing: TableChange = {
  addColumns: [],
  dropColumns: [],
  changeColumns: [],
  setProperties: {},
  removeProperties: [],
}
const create = (): Promise<void> =>
  tables.create({
    ...flights,
    columns: [
      { name: 'date', type: 'timestamp', required: false, doc: 'departure' },
      { name: 'delay', type: 'int', required: true },
      { name: 'stops', type: 'list<struct<airport: string>>', required: false },
    ],
    key: [],
    partitionBy: [{ transform: 'month', column: 'date' }],
    format: 'iceberg',
    properties: { owner: 'ops' },
  })
const columns = async (): Promise<string[]> =>
  (await tables.load(flights))!.columns.map(
    ({ name, type, required }) => `${name} ${type}${required ? ' required' : ''}`,
  )

void test('a table is made with its columns, and with those that say where a row comes from', async () => {
  assert.equal(await tables.load(flights), undefined)
  await create()
  assert.deepEqual(await columns(), [
    'date timestamp',
    'delay int required',
    'stops list<struct<airport: string>>',
    '_source string',
    '_source_partition int',
    '_offset long',
    '_timestamp timestamptz',
  ])
  const loaded = (await tables.load(flights))!
  assert.equal(loaded.properties['owner'], 'ops')
  assert.equal(loaded.rows, null)
})

void test('a table that exists is not made again', async () => {
  await create()
  await assert.rejects(create(), { code: 'WEIR-4003' })
})

void test('columns are added, widened and dropped in one commit, and doing it again changes nothing', async () => {
  await create()
  const change: TableChange = {
    ...nothing,
    addColumns: [{ name: 'airline', type: 'map<string, long>', required: false }],
    changeColumns: [{ name: 'delay', type: 'long', required: false }],
    dropColumns: ['stops'],
    setProperties: { tier: 'gold' },
    removeProperties: ['owner'],
  }
  await tables.alter(flights, change)
  const after = (await tables.load(flights))!
  assert.deepEqual((await columns()).slice(0, 2), ['date timestamp', 'delay long'])
  assert.equal((await columns()).at(-1), 'airline map<string, long>')
  assert.ok(!(await columns()).some((text) => text.startsWith('stops')))
  assert.equal(after.properties['tier'], 'gold')
  assert.equal(after.properties['owner'], undefined)
  await tables.alter(flights, { ...change, setProperties: {}, removeProperties: [] })
  assert.equal((await tables.load(flights))!.metadataLocation, after.metadataLocation)
})

void test('a declared table keeps the defaults that another client gave its columns, with all their digits', async () => {
  await tables.create({
    ...{ ...flights, key: [], partitionBy: [], format: 'iceberg', properties: { 'format-version': '3' } },
    columns: [{ name: 'delay', type: 'long', required: true }],
  })
  const ident = { namespace: ['public'], name: 'flights' }
  const given = async () => tableSchema((await lake.client.loadTable(ident)).metadata)
  const schema = await given()
  const fields = schema.fields.map((field) =>
    field.name === 'delay' ? { ...field, 'write-default': 9007199254740993n } : field,
  )
  await lake.client.commitTable(ident, {
    requirements: [],
    updates: [
      { action: 'add-schema', schema: { ...schema, fields } },
      { action: 'set-current-schema', 'schema-id': -1 },
    ],
  })
  const wanted = { name: 'delay', type: 'long', required: false, doc: 'in minutes' }
  await tables.alter(flights, { ...nothing, changeColumns: [wanted] })
  assert.deepEqual((await given()).fields[0], {
    ...{ id: 1, name: 'delay', required: false, type: 'long', doc: 'in minutes', 'write-default': 9007199254740993n },
  })
  const { metadataLocation } = (await tables.load(flights))!
  await tables.alter(flights, { ...nothing, changeColumns: [wanted] })
  assert.equal((await tables.load(flights))!.metadataLocation, metadataLocation, 'it is so already')
})

void test('a required column cannot be added: the rows that are there have no value for it', async () => {
  await create()
  const addColumns = [{ name: 'airline', type: 'string', required: true }]
  await assert.rejects(tables.alter(flights, { ...nothing, addColumns }), /airline cannot be added as required/)
})

void test('a dropped table is gone, and dropping it again is no error', async () => {
  await create()
  assert.equal(await tables.drop(flights), 'dropped')
  assert.equal(await tables.load(flights), undefined)
  assert.equal(await tables.drop(flights), 'absent')
})

void test('of several drops of one table at once one drops it, the others find none, and no note is left', async () => {
  const directory = join(lake.folder, 'drops')
  const removed: string[] = []
  const notes = dropNotes(directory, nodeFiles, async (location) => void removed.push(location))
  const dropping = createTableService(connectCatalog({ uri: 'http://catalog', fetch: fetchFrom(lake.catalog) }), notes)
  await create()
  await dropping.create({
    namespace: 'public',
    name: 'other',
    columns: [],
    key: [],
    partitionBy: [],
    format: 'iceberg',
    properties: {},
  })
  const others = { namespace: 'public', name: 'other' }
  const outcomes = await Promise.all([
    ...Array.from({ length: 6 }, () => dropping.drop(flights)),
    dropping.drop(others),
  ])
  assert.deepEqual(outcomes, ['dropped', 'absent', 'absent', 'absent', 'absent', 'absent', 'dropped'])
  assert.equal(removed.length, 2)
  assert.deepEqual(await readdir(directory), [])
  await create()
  assert.equal(await dropping.drop(flights), 'dropped', 'one that was made anew')
})

void test('a Delta table is made and dropped, also one that another engine has made unreadable', async () => {
  const plan = { namespace: 'public', name: 'other', key: [], partitionBy: [], properties: {} }
  const columns = [{ name: 'id', type: 'long', required: false }]
  await tables.create({ ...plan, columns, format: 'delta' })
  const { format, delta } = (await tables.load(plan))!
  assert.equal(format, 'delta')
  assert.deepEqual([delta!.version, delta!.location.replace(/^.*\/public/, 'public')], [0, 'public/other/data'])
  const log = deltaLogAt(delta!.location.replace('file://', ''))
  log.append([addAction('a.parquet', { stats: undefined })])
  await assert.rejects(tables.load(plan), { code: 'WEIR-4025' })
  await tables.drop(plan)
  assert.equal(await tables.exists(plan), false)
})

void test('a table whose metadata file has gone is not taken for none, and can be dropped', async () => {
  await create()
  const { metadataLocation } = (await tables.load(flights))!
  await lake.store.remove(metadataLocation)
  const message = new RegExp(
    `its metadata file ${metadataLocation} is not there\\. Restore it from a backup, or register`,
  )
  await assert.rejects(tables.load(flights), { code: 'WEIR-8002', message })
  assert.equal(await tables.exists(flights), true)
})
