import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

let engine: WriteEngine
let client: pg.Client
let other: pg.Client
const flushed: string[] = []
let count = 0
let table = ''

before(async () => {
  engine = await startWriteEngine({ flush: async ({ name }) => (flushed.push(name), null) })
  client = await engine.client()
  other = await engine.client()
})
after(() => engine[Symbol.asyncDispose]())
beforeEach(async () => {
  table = `k${++count}`
  await engine.table(table, {
    columns: [
      { name: 'id', type: 'long', required: true },
      { name: 'n', type: 'long' },
    ],
    key: ['id'],
  })
})

const rows = async (text: string): Promise<readonly unknown[]> => (await client.query({ text, rowMode: 'array' })).rows

void test('a key that others bring first: the commit is refused with 40001; other keys are no conflict', async () => {
  await client.query(`insert into ${table} values (1, 1)`)
  await client.query(`begin; insert into ${table} values (5, 5)`)
  await other.query(`insert into ${table} values (5, 6)`)
  await assert.rejects(client.query('commit'), { code: '40001' })
  await assert.rejects(client.query(`insert into ${table} values (5, 5)`), {
    code: '23505',
    detail: 'Key (id)=(5) already exists.',
  })
  await client.query(`begin; insert into ${table} values (7, 7); insert into ${table} values (9, 9)`)
  await other.query(`insert into ${table} values (8, 8), (20, 20)`)
  // Between what each statement brought, and beside it.
  await assert.rejects(client.query('commit'), { code: '40001' })
  await client.query(`begin; insert into ${table} values (7, 7)`)
  await other.query(`insert into ${table} values (30, 30)`)
  await client.query('commit')
  assert.deepEqual(await rows(`select id, n from ${table} order by 1`), [
    ['1', '1'],
    ['5', '6'],
    ['7', '7'],
    ['8', '8'],
    ['20', '20'],
    ['30', '30'],
  ])
})

void test('what deliveries have accepted is committed before keys are looked for', async () => {
  flushed.length = 0
  await client.query(`insert into ${table} values (1, 1)`)
  await client.query(`insert into ${table} values (1, 1) on conflict do nothing`)
  await client.query(`delete from ${table}`)
  assert.deepEqual(flushed, [table, table, table])
})

void test('many sessions that bring the same keys: each key once, and each statement done or told why not', async () => {
  const seed = randomInt(2 ** 31)
  const sessions = await Promise.all(Array.from({ length: 4 }, () => engine.client()))
  let done = 0
  const told: string[] = []
  await Promise.all(
    sessions.map(async (session, at) => {
      for (let i = 0; i < 12; i++) {
        const id = (seed + 7 * i + 3 * at) % 20
        const text =
          i % 3 === 2
            ? `insert into ${table} values (${id}, 1) on conflict (id) do update set n = ${table}.n + 1`
            : `insert into ${table} values (${id}, 1)`
        await session.query(text).then(
          () => done++,
          ({ code }: pg.DatabaseError) => told.push(code!),
        )
      }
    }),
  )
  const [[all, keys, sum]] = (await rows(`select count(*), count(distinct id), sum(n) from ${table}`)) as [string[]]
  assert.equal(all, keys, `seed ${seed}: no key twice`)
  assert.equal(Number(sum), done, `seed ${seed}: each statement that was done counts once`)
  assert.deepEqual(
    told.filter((code) => code !== '23505'),
    [],
  )
})
