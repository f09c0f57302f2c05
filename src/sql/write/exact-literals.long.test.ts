import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type pg from 'pg'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

void suite('what is written is what was said', () => {
  let engine: WriteEngine
  let client: pg.Client
  before(async () => {
    engine = await startWriteEngine()
    client = await engine.client()
    await client.query('create table texts (id int, t text)')
    await client.query('create table numbers (id int, d numeric(38, 10), e numeric(38, 30))')
  })
  after(() => engine[Symbol.asyncDispose]())

  void test('escapes of texts, in INSERT, UPDATE and conditions', async () => {
    await client.query(
      String.raw`insert into texts values (1, E'\u00e9'), (2, E'\x41\101'), (3, U&'\+01F600'), (4, E'a\nb')`,
    )
    await client.query(String.raw`update texts set t = E'caf\u00e9' where t = E'\u00e9'`)
    const { rows } = await client.query<{ t: string }>('select t from texts order by id')
    assert.deepEqual(
      rows.map(({ t }) => t),
      ['café', 'AA', '😀', 'a\nb'],
    )
  })

  void test('digits of numbers: all that a column can hold, and nothing of what would lose some', async () => {
    await client.query(
      'insert into numbers values (1, 1234567890123456789012345678.1234567890, 0.123456789012345678901234567890)',
    )
    await client.query(
      'insert into numbers (id, d) values (2, 000000000000000000001234567890123456789012345678.12345678900)',
    )
    for (const text of [
      'insert into numbers (id, d) values (3, 1234567890123456789012345678.12345678904)',
      'insert into numbers (id, e) values (3, 0.1234567890123456789012345678901234567890123)',
      'update numbers set d = 1234567890123456789012345678.12345678904',
      'select id from numbers where d = 1234567890123456789012345678.12345678904',
      'insert into numbers (id, d) values (3, 1e400)',
    ])
      await assert.rejects(client.query(text), { code: '22003' }, text)
    await client.query("insert into numbers (id, d) values (4, '1234567890123456789012345678.12345678904')")
    const { rows } = await client.query<{ id: number; d: string }>('select id, d from numbers order by id')
    assert.deepEqual(
      rows.map(({ id, d }) => [id, d]),
      [1, 2, 4].map((id) => [id, '1234567890123456789012345678.1234567890']),
    )
  })
})
