import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import type pg from 'pg'
import { tableSchema } from '../../lake/metadata/read.ts'
import type { Field } from '../../lake/types/type.ts'
import { copyFrom } from '../../../test/support/copy-stream.ts'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

const optional = { required: false }
/** As another engine adds them, through the catalog: what older rows have, and what rows have that are written without a value. */
const added: readonly Field[] = [
  { id: 3, name: 'level', type: 'int', ...optional, 'initial-default': 1, 'write-default': 2 },
  { id: 4, name: 'must', type: 'string', required: true, 'initial-default': 'old', 'write-default': "o'new" },
  { id: 5, name: 'price', type: 'decimal(9, 2)', ...optional, 'write-default': '14.20' },
  { id: 6, name: 'at', type: 'timestamptz', ...optional, 'write-default': '2017-11-16T22:31:08.000001+00:00' },
  { id: 7, name: 'raw', type: 'binary', ...optional, 'write-default': '00ff' },
  { id: 8, name: 'big', type: 'long', ...optional, 'write-default': 9007199254740993n },
  {
    id: 9,
    name: 'place',
    ...optional,
    type: {
      type: 'struct',
      fields: [
        { id: 10, name: 'the city', type: 'string', ...optional, 'write-default': 'Bern' },
        { id: 11, name: 'zip', type: 'int', ...optional },
      ],
    },
    'write-default': {},
  },
  {
    id: 12,
    name: 'tags',
    ...optional,
    type: { type: 'list', 'element-id': 13, element: 'string', 'element-required': false },
    'write-default': ['a', 'b'],
  },
]
const defaults = [
  2,
  "o'new",
  '14.20',
  new Date('2017-11-16T22:31:08Z'),
  Buffer.from('00ff', 'hex'),
  '9007199254740993',
  { 'the city': 'Bern', zip: null },
  ['a', 'b'],
]

void suite('columns that have a write-default (Iceberg version 3)', () => {
  let engine: WriteEngine
  let client: pg.Client
  let count = 0
  let table = ''

  before(async () => {
    engine = await startWriteEngine()
    client = await engine.client()
  })
  after(() => engine[Symbol.asyncDispose]())
  beforeEach(async () => {
    table = `t${++count}`
    const columns = [
      { name: 'id', type: 'long', required: true },
      { name: 'note', type: 'string' },
    ]
    await engine.table(table, { columns, key: ['id'], properties: { 'format-version': '3' } })
    await client.query(`insert into ${table} (id) values (0)`)
    await add(added)
  })

  async function add(fields: readonly Field[]): Promise<void> {
    const ident = { namespace: ['public'], name: table }
    const { metadata } = await engine.lake.client.loadTable(ident)
    const before = tableSchema(metadata)
    const names = new Set(fields.map(({ name }) => name))
    const kept = before.fields.filter(({ name }) => !names.has(name))
    const { outcome } = await engine.lake.client.commitTable(ident, {
      requirements: [],
      updates: [
        { action: 'add-schema', schema: { ...before, fields: [...kept, ...fields] }, 'last-column-id': 13 },
        { action: 'set-current-schema', 'schema-id': -1 },
      ],
    })
    assert.equal(outcome, 'committed')
  }

  const rowOf = async (id: number): Promise<readonly unknown[]> => {
    const text = `select level, must, price, at, raw, big, place, tags from ${table} where id = ${id}`
    return (await client.query({ text, rowMode: 'array' })).rows[0] as readonly unknown[]
  }

  void test('INSERT that leaves them out, or says DEFAULT, writes it; rows of before keep the initial one', async () => {
    assert.deepEqual((await rowOf(0)).slice(0, 3), [1, 'old', null])
    await client.query(`insert into ${table} (id) values (1)`)
    assert.deepEqual(await rowOf(1), defaults)
    await client.query(`insert into ${table} (id) select 2`)
    assert.deepEqual(await rowOf(2), defaults)
    await client.query(
      `insert into ${table} values (3, 'n', default, default, default, null, default, 7, default, default)`,
    )
    assert.deepEqual([(await rowOf(3))[0], (await rowOf(3))[5]], [2, '7'])
    const returned = await client.query(`insert into ${table} (id, level) values (4, null) returning level, must`)
    assert.deepEqual(returned.rows, [{ level: null, must: "o'new" }], 'a null that is given is a null')
    await assert.rejects(client.query(`insert into ${table} (id, must) values (5, null)`), { code: '23502' })
  })

  void test('so do MERGE, ON CONFLICT and UPDATE … DEFAULT', async () => {
    await client.query(
      `merge into ${table} t using (values (0), (1)) s(k) on t.id = s.k
         when matched then update set level = default when not matched then insert (id) values (s.k)`,
    )
    assert.deepEqual(await rowOf(1), defaults)
    assert.deepEqual((await rowOf(0)).slice(0, 2), [2, 'old'])
    await client.query(
      `insert into ${table} (id) values (0), (2) on conflict (id) do update set note = 'twice', must = excluded.must`,
    )
    assert.deepEqual(await rowOf(2), defaults)
    assert.equal((await rowOf(0))[1], "o'new")
    await client.query(`update ${table} set must = default, level = 9 where id = 2`)
    assert.deepEqual((await rowOf(2)).slice(0, 2), [9, "o'new"])
  })

  void test('so does COPY of other columns', async () => {
    await copyFrom(client, `copy ${table} (id, note) from stdin`, { chunks: ['1\tx\n2\t\\N\n'] })
    assert.deepEqual(await rowOf(1), defaults)
    assert.deepEqual(await rowOf(2), defaults)
  })

  void test('the default of the moment of the commit is written, in a session that knows another', async () => {
    await client.query(`insert into ${table} (id) values (1)`)
    await add([{ ...added[0]!, 'write-default': 3 }])
    await client.query(`insert into ${table} (id) values (2)`)
    assert.deepEqual([(await rowOf(1))[0], (await rowOf(2))[0]], [2, 3])
  })
})
