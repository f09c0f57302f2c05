import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { answer } from '../../../test/support/sql-answer.ts'
import { startPostgres, type RunningPostgres } from '../../../test/support/postgres.ts'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

let postgres: RunningPostgres
let engine: WriteEngine
let theirs: pg.Client
let ours: pg.Client

before(async () => {
  postgres = await startPostgres()
  theirs = new pg.Client({ connectionString: postgres.url })
  await theirs.connect()
  await theirs.query(`set timezone = 'UTC'`)
  engine = await startWriteEngine()
  ours = await engine.client()
})
after(async () => {
  await theirs.end()
  await engine[Symbol.asyncDispose]()
  await postgres.stop()
})

/** Each a table's column `c`: its type, and the constant. */
const columns: readonly (readonly [type: string, constant: string])[] = [
  ['int', '5'],
  ['int', '-5'],
  ['int', `'7'`],
  ['int', '1.5'],
  ['bigint', '5'],
  ['bigint', '-9223372036854775808'],
  ['numeric(8, 2)', '1.25'],
  ['numeric(8, 2)', '1.255'],
  ['double precision', '0.1'],
  ['text', `'it''s'`],
  ['text', `''`],
  ['text', '5'],
  ['boolean', 'true'],
  ['boolean', `'off'`],
  ['date', `'2024-02-29'`],
  ['date', `date '2024-02-29'`],
  ['time', `'13:45:10.25'`],
  ['timestamp', `'2024-01-02 03:04:05.000006'`],
  ['timestamp', `'2024-01-02'::date`],
  ['timestamptz', `'2024-01-02 03:04:05+02'`],
  ['uuid', `'f79c3e09-677c-4bbd-a479-3f349cb785e7'`],
  ['bytea', `'\\x00ff'`],
  ['int', 'null'],
  ['int', `cast('12' as int)`],
]

for (const [at, [type, constant]] of columns.entries())
  void test(`like PostgreSQL: ${type} DEFAULT ${constant}`, async () => {
    for (const text of [
      `create table d${at} (id int, c ${type} default ${constant}, b int default 0)`,
      `insert into d${at} (id) values (1)`,
      `alter table d${at} add column added ${type} default ${constant}`,
      `insert into d${at} values (2, default, default, default)`,
      `alter table d${at} alter c drop default, alter added set default ${constant}`,
      `insert into d${at} (id) values (3)`,
      `select id, c, added, b from d${at} order by id`,
    ])
      assert.deepEqual(await answer(ours, text), await answer(theirs, text), text)
  })

/** What a default that stands there as it was written is printed as; a cast within it PostgreSQL keeps, and a type's digits it does not apply. */
const printed = columns.filter(
  ([type, constant]) =>
    !/::|^date|^cast|'7'|1\.5|1\.255|off|null/.test(constant) && !(type === 'text' && constant === '5'),
)

void test('like PostgreSQL: information_schema prints defaults', async () => {
  for (const [type, constant] of printed) {
    const at = columns.findIndex((one) => one[0] === type && one[1] === constant)
    const text = `create table p${at} (c ${type} default ${constant})`
    await Promise.all([theirs.query(text), ours.query(text)])
  }
  const text = `select table_name, column_default from information_schema.columns where table_name ~ '^p[0-9]+$' order by 1`
  assert.deepEqual((await ours.query(text)).rows, (await theirs.query(text)).rows)
})

void test('like PostgreSQL: what is refused', async () => {
  for (const text of [
    `create table r (c int default 'x')`,
    `create table r (c date default 'no day')`,
    `create table r (c int default 'x'::text)`,
    `create table r (c boolean default 1)`,
    'alter table d0 alter nothing set default 1',
    'alter table d0 add c int default 1',
    'alter table nothing add c int default 1',
  ]) {
    const codes = await Promise.all([theirs, ours].map((client) => codeOf(client, text)))
    assert.equal(codes[1], codes[0], text)
  }
})

async function codeOf(client: pg.Client, text: string): Promise<string | undefined> {
  try {
    await client.query(text)
    return undefined
  } catch (error) {
    return (error as pg.DatabaseError).code
  }
}
