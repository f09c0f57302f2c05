import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type pg from 'pg'
import { deltaLogOf } from '../../../test/support/delta-log.ts'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'
import { copyFrom } from '../../../test/support/copy-stream.ts'

void suite('SQL of Delta tables', () => {
  let engine: WriteEngine
  let client: pg.Client
  before(async () => {
    engine = await startWriteEngine()
    client = await engine.client()
  })
  after(() => engine[Symbol.asyncDispose]())

  const logOf = async (name: string) =>
    deltaLogOf((await engine.lake.client.loadTable({ namespace: ['public'], name })).metadata)
  const rowsOf = async (query: string) => (await client.query(query)).rows as unknown[]

  void test('INSERT, CREATE TABLE AS and COPY are commits of the log, one each', async () => {
    await client.query(`create table made (id int, kind text) using delta partitioned by (kind)`)
    await client.query(`insert into made values (1, 'a'), (2, 'b')`)
    await copyFrom(client, 'copy made from stdin', { chunks: [Buffer.from('3\ta\n4\t\\N\n')] })
    await client.query('begin')
    await client.query(`insert into made values (5, 'b')`)
    await client.query(`insert into made values (6, 'b')`)
    await client.query('commit')
    const log = await logOf('made')
    assert.deepEqual(log.versions(), [0, 1, 2, 3])
    const partitions = log.actions(2).flatMap(({ add }) => (add ? [add['partitionValues']] : []))
    assert.deepEqual(partitions, [{ kind: 'a' }, { kind: null }])
    assert.deepEqual(await rowsOf('select count(*)::int as n, sum(id)::int as s from made'), [{ n: 6, s: 21 }])
    await client.query('create table taken partitioned by (kind) using delta as select id, kind from made')
    const taken = await logOf('taken')
    assert.deepEqual(taken.versions(), [0])
    assert.equal(taken.actions(0).filter(({ add }) => add).length, 3)
    assert.deepEqual(await rowsOf('select count(*)::int as n from taken'), [{ n: 6 }])
  })

  void test('a version of the log is a moment, as other engines count it', async () => {
    await client.query('create table counted (id int) using delta')
    await client.query('insert into counted values (1)')
    await client.query('alter table counted add column more int')
    await client.query('insert into counted values (2, 2)')
    const at = (version: number | string) => rowsOf(`select * from counted at (version => ${version}) order by id`)
    assert.deepEqual(await at(1), [{ id: 1 }])
    // Only columns came in version 2.
    assert.deepEqual(await at(2), [{ id: 1 }])
    assert.deepEqual(await at("'3'"), [
      { id: 1, more: null },
      { id: 2, more: 2 },
    ])
    await assert.rejects(at(0), { code: '42704', message: /has no rows of version 0/ })
    await assert.rejects(at(4), { code: '42704', message: /no snapshot 4/ })
    assert.deepEqual(await rowsOf(`select count(*)::int as n from counted timestamp as of now()`), [{ n: 2 }])
  })

  void test('the empty text as a partition is refused by its column, and nothing of its statement is there', async () => {
    await client.query('create table parted (id int, kind text) using delta partitioned by (kind)')
    await client.query(`insert into parted values (1, 'a'), (2, null)`)
    const message = /the partition column kind has the empty text, which Delta reads as null; write null/
    await assert.rejects(client.query(`insert into parted values (3, 'b'), (4, '')`), { code: '0A000', message })
    await assert.rejects(copyFrom(client, 'copy parted from stdin', { chunks: [Buffer.from('5\tb\n6\t\n')] }), {
      code: '0A000',
      message,
    })
    assert.deepEqual(await rowsOf('select id, kind from parted order by id'), [
      { id: 1, kind: 'a' },
      { id: 2, kind: null },
    ])
    assert.deepEqual((await logOf('parted')).versions(), [0, 1])
  })

  void test('TRUNCATE takes all files out of the log', async () => {
    await client.query('create table emptied (id int, kind text) using delta partitioned by (kind)')
    await client.query(`insert into emptied values (1, 'a'), (2, null)`)
    await client.query('truncate emptied')
    assert.deepEqual(await rowsOf('select * from emptied'), [])
    const log = await logOf('emptied')
    assert.deepEqual(log.versions(), [0, 1, 2])
    assert.deepEqual(log.replayed(), [])
    await client.query(`insert into emptied values (3, 'b')`)
    assert.deepEqual(await rowsOf('select id from emptied'), [{ id: 3 }])
    assert.deepEqual(await rowsOf('select id from emptied at (version => 1) order by id'), [{ id: 1 }, { id: 2 }])
  })

  void test('what a Delta table is not is refused as what is not supported', async () => {
    await client.query('create table plain (id int) using delta')
    await client.query('create table other (id int)')
    const refused: readonly (readonly [string, RegExp])[] = [
      ['update plain set id = 2', /rows of public\.plain are only added: it is a Delta table/],
      ['delete from plain where id = 1', /only added/],
      ['merge into plain using other o on plain.id = o.id when matched then delete', /only added/],
      ['alter table plain rename column id to x', /id is not renamed/],
      ['create table u (id uuid) using delta', /id is uuid, which Delta has no type for; declare it as string/],
      ['create table u (at timestamp) using delta partitioned by (day(at))', /not by day of one/],
      ['create table u using delta as select uuid() as id', /is uuid/],
      ['create table u (id int) using parquet', /no tables of the format "parquet"/],
    ]
    for (const [statement, message] of refused)
      await assert.rejects(client.query(statement), { code: '0A000', message }, statement)
    await client.query('begin')
    await client.query('insert into plain values (1)')
    await client.query('insert into other values (1)')
    await assert.rejects(client.query('commit'), { code: '0A000', message: /which changes alone/ })
    assert.deepEqual(await rowsOf('select id from plain union all select id from other'), [])
  })
})
