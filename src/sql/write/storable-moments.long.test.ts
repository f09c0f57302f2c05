import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type pg from 'pg'
import { copyFrom } from '../../../test/support/copy-stream.ts'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

void suite('moments that readers of Iceberg do not have', () => {
  let engine: WriteEngine
  let client: pg.Client
  before(async () => {
    engine = await startWriteEngine()
    client = await engine.client()
    await engine.table('t', {
      columns: [
        { name: 'id', type: 'int' },
        { name: 'd', type: 'date' },
        { name: 'm', type: 'time' },
        { name: 'ts', type: 'timestamp' },
        { name: 'tz', type: 'timestamptz' },
        { name: 's', type: 'struct<at: date>' },
        { name: 'l', type: 'list<timestamp>' },
      ],
    })
    await client.query(
      `insert into t values (1, '0001-01-01', '00:00', '0001-01-01 00:00', '0001-01-01 00:00:00+00', {'at': '0001-01-01'}, null),
        (2, '9999-12-31', '23:59:59.999999', '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999+00', {'at': '9999-12-31'}, [timestamp '9999-12-31'])`,
    )
  })
  after(() => engine[Symbol.asyncDispose]())

  const refusals: readonly (readonly [string, RegExp])[] = [
    [`insert into t (id, m) values (3, '24:00:00')`, /24:00:00 is no time that tables hold \(column "m"\)/],
    [`insert into t (id, ts) values (3, 'infinity')`, /infinity is no timestamp .*"ts"/],
    [`insert into t (id, ts) values (3, '-infinity')`, /-infinity is no timestamp .*"ts"/],
    [
      `insert into t (id, tz) values (3, '10000-01-01 00:00:00+00')`,
      /10000-01-01 00:00:00\+00 is no timestamptz .*"tz"/,
    ],
    [`insert into t (id, d) values (3, '0044-03-15 (BC)')`, /\(BC\) is no date .*"d"/],
    [`insert into t (id, s) values (3, {'at': date '10000-01-01'})`, /is no date .*"s\.at"/],
    [
      `insert into t (id, l) values (3, [timestamp '2024-01-01', timestamp 'infinity'])`,
      /is no timestamp .*"l\.element"/,
    ],
    [`update t set d = d + 1 where id = 2`, /10000-01-01 is no date .*"d"/],
    [
      `merge into t using (values (1)) s(n) on t.id = s.n when matched then update set m = time '24:00:00'`,
      /is no time .*"m"/,
    ],
    [`create table made as select timestamp 'infinity' as never`, /is no timestamp .*"never"/],
  ]
  for (const [text, message] of refusals)
    void test(text, async () => {
      await assert.rejects(client.query(text), { code: '22008', message })
      const { rows } = await client.query<{ n: string }>('select count(*) as n from t')
      assert.equal(rows[0]!.n, '2')
    })

  void test('COPY', async () => {
    await assert.rejects(copyFrom(client, 'copy t (id, m) from stdin', { chunks: ['3\t24:00:00\n'] }), {
      code: '22008',
    })
  })
})
