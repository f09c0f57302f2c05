import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import { copyFrom, copyTo } from '../../../test/support/copy-stream.ts'
import { eventually } from '../../../test/support/deadline.ts'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

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
  await engine.table(table, {
    columns: [
      { name: 'id', type: 'long', required: true },
      { name: 'item', type: 'string' },
      { name: 'price', type: 'decimal(12, 2)' },
      { name: 'at', type: 'timestamptz' },
      { name: 'is_new', type: 'boolean' },
      { name: 'bytes', type: 'binary' },
      { name: 'tags', type: 'list<string>' },
    ],
  })
})

const rows = async (text: string): Promise<readonly unknown[]> => (await client.query({ text, rowMode: 'array' })).rows

void test('text format: escapes, nulls, any cut of the bytes, the end mark', async () => {
  const text = Buffer.from(
    `1\ta\\tb\\nc\\\\\t1.5\t2024-01-02 03:04:05+00\tt\t\\\\x00ff\t{x,y}\n2\t\\N\t\\N\t\\N\tno\t\\N\t\\N\n3\tä漢\\\nline\t\\N\t\\N\t\\N\t\\N\t\\N\n\\.\nrest`,
  )
  const bytes = Array.from(text, (_, at) => text.subarray(at, at + 1))
  assert.equal(await copyFrom(client, `copy ${table} from stdin`, { chunks: bytes }), 'COPY 3')
  assert.deepEqual(await rows(`select * from ${table} order by id`), [
    ['1', 'a\tb\nc\\', '1.50', new Date('2024-01-02T03:04:05Z'), true, Buffer.of(0, 255), ['x', 'y']],
    ['2', null, null, null, false, null, null],
    ['3', 'ä漢\nline', null, null, null, null, null],
  ])
  assert.equal(await engine.snapshots(table), 1)
  assert.deepEqual(await readdir(engine.scratchDirectory), [])
})

void test('CSV: quotes over lines, empty texts and nulls, headers, other delimiters, a condition', async () => {
  const csv = `id,item\r\n1,"a ""quoted"", text\r\nof two lines"\r\n2,\r\n3,""\r\n4,x\r\n`
  assert.equal(
    await copyFrom(client, `copy ${table} (id, item) from stdin with (format csv, header match) where id < 4`, {
      chunks: [csv],
    }),
    'COPY 3',
  )
  assert.deepEqual(await rows(`select id, item from ${table} order by id`), [
    ['1', 'a "quoted", text\r\nof two lines'],
    ['2', null],
    ['3', ''],
  ])
  const old = `copy ${table} (item, id) from stdin csv header delimiter as ';' null as 'nil' quote as '|'`
  await copyFrom(client, old, { chunks: ['x;y\n|a;b|;', '5\nnil;6'] })
  assert.deepEqual(await rows(`select id, item from ${table} where id > 4 order by id`), [
    ['5', 'a;b'],
    ['6', null],
  ])
})

void test('what does not fit is refused with its line, and nothing is left', async () => {
  for (const [text, data, code, where] of [
    [`copy ${table} (id, item) from stdin`, '1\ta\n2\n', '22P04', /line 2: "2"/],
    [`copy ${table} (id, item) from stdin`, '1\ta\tb\n', '22P04', /line 1/],
    [`copy ${table} (id, item) from stdin csv`, '1,"a\n2,b\n', '22P04', /line 1/],
    [`copy ${table} (id, item) from stdin (format csv, header match)`, 'id,itm\n', '22P04', /line 1/],
    [`copy ${table} (id, item) from stdin csv`, '1,a\n2,"b\nc"\nx,d\n', '22P02', /line 4, column id: "x"/],
    [`copy ${table} (id) from stdin`, '1\n\\N\n', '23502', /line 2, column id: null input/],
    [`copy ${table} (id) from stdin`, '1\n99999999999999999999\n', '22003', /line 2, column id/],
    [`copy ${table} (id, price) from stdin`, '1\t2\n2\t12345678901.5\n', /22003|22P02/, /line 2, column price/],
    [`copy ${table} (id, at) from stdin`, '1\tyesterdayish\n', /22007|22P02/, /line 1, column at/],
    [`copy ${table} (id, is_new) from stdin`, '1\tmaybe\n', '22P02', /line 1, column is_new/],
    [`copy ${table} (id, item) from stdin`, Buffer.of(0x31, 9, 0xff, 10), '22021', undefined],
    [`copy ${table} (nope) from stdin`, '', '42703', undefined],
    [`copy nope from stdin`, '', '42P01', undefined],
    [`copy ${table} from stdin (format binary)`, '', '0A000', undefined],
    [`copy ${table} from '/etc/passwd'`, '', '0A000', undefined],
    [`copy ${table} from program 'id'`, '', '0A000', undefined],
    [`copy ${table} from stdin (nope 1)`, '', '42601', undefined],
    [`copy ${table} from stdin where exists (from read_text('/etc/passwd'))`, '1\n', /42501|22P04/, undefined],
  ] as const)
    await assert.rejects(copyFrom(client, text, { chunks: [data] }), (error: pg.DatabaseError) => {
      assert.match(String(error.code), new RegExp(code), `${text}: ${error.code} ${error.message}`)
      if (where) assert.match(String(error.where), where, text)
      return true
    })
  assert.equal(await engine.snapshots(table), 0)
  assert.deepEqual(await readdir(engine.scratchDirectory), [])
})

void test('a client that fails, goes away or cancels in the middle leaves nothing', { timeout: 20_000 }, async () => {
  const copy = `copy ${table} (id) from stdin`
  await assert.rejects(copyFrom(client, copy, { chunks: ['1\n2\n'], fails: 'no more' }), { code: '57014' })
  assert.deepEqual(await rows('select 1 as a'), [[1]])
  const leaving = await engine.client()
  const gone = copyFrom(leaving, copy, { chunks: ['1\n'], before: async () => void leaving.end() }).catch(
    () => undefined,
  )
  await eventually('the files of a client that went', async () =>
    (await readdir(engine.scratchDirectory)).length === 0 ? true : undefined,
  )
  void gone
  await client.query(`set statement_timeout = '100ms'`)
  const never = copyFrom(client, copy, {
    chunks: ['1\n'],
    before: () => new Promise((later) => setTimeout(later, 1000)),
  })
  await assert.rejects(never, { code: '57014' })
  await client.query('reset statement_timeout')
  assert.equal(await engine.snapshots(table), 0)
  await client.query('begin')
  await copyFrom(client, copy, { chunks: ['7\n'] })
  assert.deepEqual(await rows(`select id from ${table}`), [['7']])
  await client.query('rollback')
  assert.deepEqual(await rows(`select id from ${table}`), [])
})

void test('COPY TO STDOUT of a table gives what COPY FROM STDIN takes: columns that only deliveries write come when they are named', async () => {
  const client = await engine.client()
  await engine.table('delivered', {
    columns: [
      { name: 'id', type: 'long' },
      { name: 'item', type: 'string' },
      { name: '_source', type: 'string' },
      { name: '_offset', type: 'long' },
    ],
  })
  assert.equal(await copyFrom(client, 'copy delivered from stdin', { chunks: ['1\ta\n2\t\\N\n'] }), 'COPY 2')
  const copied = await copyTo(client, 'copy delivered to stdout')
  assert.deepEqual(copied.split('\n').toSorted(), ['', '1\ta', '2\t\\N'])
  assert.match(await copyTo(client, 'copy delivered to stdout (format csv, header)'), /^id,item\n/)
  assert.match(await copyTo(client, 'copy delivered (id, _offset) to stdout (format csv, header)'), /^id,_offset\n/)
  assert.match(
    await copyTo(client, 'copy (select * from delivered) to stdout csv header'),
    /^id,item,_source,_offset\n/,
  )
  assert.equal(await copyFrom(client, 'copy delivered from stdin', { chunks: [copied] }), 'COPY 2')
})
