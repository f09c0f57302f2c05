import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import { cancelRequest } from '../../../../test/support/cancel-request.ts'
import { copyFrom } from '../../../../test/support/copy-stream.ts'
import { eventually } from '../../../../test/support/deadline.ts'
import { connectRaw, typeOf } from '../../../../test/support/raw-postgres.ts'
import { startWriteEngine, type WriteEngine } from '../../../../test/support/write-engine.ts'
import type { CommitRequest } from '../../engine-host.ts'
import { sqlError } from '../../sql-error.ts'

let engine: WriteEngine
let table = ''
let count = 0
let commits = 0
const inLine = new Set<number>()
/** Comes before each commit of the engine: what others do meanwhile. */
let meanwhile: (request: CommitRequest) => Promise<void> = async () => undefined

before(async () => {
  engine = await startWriteEngine((own) => ({
    async commit(request) {
      commits++
      await meanwhile(request)
      return own.commit(request)
    },
    turn(request) {
      inLine.add(request.turn)
      return own.turn(request)
    },
    endTurn(turn) {
      inLine.delete(turn.turn)
      return own.endTurn(turn)
    },
  }))
})
after(() => engine[Symbol.asyncDispose]())
beforeEach(() => {
  table = `t${++count}`
  commits = 0
  meanwhile = async () => undefined
})

const columns = [
  { name: 'id', type: 'long', required: true },
  { name: 'n', type: 'long' },
]
const sessions = (many: number) => Promise.all(Array.from({ length: many }, () => engine.client()))
const times = (many: number) => Array.from({ length: many }, (_, at) => at)

const kinds = {
  'position deletes': { columns },
  'deletion vectors': { columns, properties: { 'format-version': '3' } },
  'a key': { columns, key: ['id'] },
} as const
for (const [kind, options] of Object.entries(kinds))
  void test(`INV-W9: 8 sessions raise one row 12 times each in a table of ${kind}: none is refused, and RETURNING gives each number once`, async () => {
    await engine.table(table, options)
    const clients = await sessions(8)
    await clients[0]!.query(`insert into ${table} values (1, 0), (2, 0)`)
    const seen: number[] = []
    await Promise.all(
      clients.map(async (client, at) => {
        for (const _ of times(12)) {
          // By the simple protocol and by the extended one.
          const text = `update ${table} set n = n + 1 where id = ${at % 2 ? '$1' : '1'} returning n`
          const { rows, rowCount } = await client.query(text, at % 2 ? [1] : undefined)
          assert.equal(rowCount, 1)
          seen.push(Number(rows[0].n))
        }
      }),
    )
    assert.deepEqual(
      seen.toSorted((a, b) => a - b),
      times(96).map((at) => at + 1),
    )
    const { rows } = await clients[0]!.query(`select id, n from ${table} order by id`)
    assert.deepEqual(rows, [
      { id: '1', n: '96' },
      { id: '2', n: '0' },
    ])
    assert.deepEqual(await filesOfStatements(), [])
    // The first statements collide, the others take turns.
    assert.ok(commits < 96 + 40, `${commits} commits for 96 statements`)
  })

void test('INV-W9: DELETE, MERGE, TRUNCATE and INSERT … ON CONFLICT by many are run again, and count the rows of their last run', async () => {
  await engine.table(table, { columns, key: ['id'] })
  const clients = await sessions(6)
  await clients[0]!.query(`insert into ${table} select i, 0 from range(12) r(i)`)
  const put = `insert into ${table} values (100, 1) on conflict (id) do update set n = ${table}.n + 1`
  await Promise.all(clients.map((client) => client.query(put)))
  const merge = `merge into ${table} t using (values (200)) s(id) on t.id = s.id
    when matched then update set n = t.n + 1 when not matched then insert (id, n) values (s.id, 1)`
  await Promise.all(clients.map((client) => client.query(merge)))
  const gone = await Promise.all(clients.map((client) => client.query(`delete from ${table} where id < 12`)))
  assert.deepEqual(
    gone.map(({ rowCount }) => rowCount!).toSorted((a, b) => a - b),
    [0, 0, 0, 0, 0, 12],
  )
  const { rows } = await clients[0]!.query(`select id, n from ${table} order by id`)
  assert.deepEqual(rows, [
    { id: '100', n: '6' },
    { id: '200', n: '6' },
  ])
  const emptied = [`truncate ${table}`, put, `delete from ${table}`, `truncate ${table}`, put, merge]
  await Promise.all(clients.map((client, at) => client.query(emptied[at]!)))
  // Those that bring one key at once: one is in time, to the others it is there.
  await clients[0]!.query(`truncate ${table}`)
  const brought = await Promise.allSettled(clients.map((client) => client.query(`insert into ${table} values (1, 1)`)))
  const told = brought.flatMap((one) => (one.status === 'rejected' ? [(one.reason as pg.DatabaseError).code] : []))
  assert.deepEqual(
    told,
    times(5).map(() => '23505'),
  )
})

void test('INV-W9: a statement to which a foreign writer is always first ends with 40001, which says how often it was tried', async () => {
  await engine.table(table, { columns })
  const [client, other] = (await sessions(2)) as [pg.Client, pg.Client]
  await client.query(`insert into ${table} values (1, 0), (2, 0)`)
  meanwhile = raisedByOthers(other)
  const rejected = client.query(`update ${table} set n = n + 100 where id = 1 returning n`)
  await assert.rejects(rejected, (error: pg.DatabaseError) => {
    assert.equal(error.code, '40001')
    assert.match(error.message, /the statement was tried 20 times in [\d.]+ m?s, and others were first each time/)
    assert.match(error.message, /others have deleted|has been taken out|others/)
    return true
  })
  meanwhile = async () => undefined
  const { rows } = await other.query(`select n from ${table} where id = 1`)
  assert.deepEqual(rows, [{ n: '20' }], 'only the others changed it')
  assert.deepEqual(await filesOfStatements(), [])
  assert.equal((await client.query(`update ${table} set n = 0 where id = 1`)).rowCount, 1, 'no turn is left behind')
})

void test('INV-W10: within BEGIN, with another statement, and once the client was sent something, it is 40001 at once', async () => {
  await engine.table(table, { columns })
  const [client, other] = (await sessions(2)) as [pg.Client, pg.Client]
  await client.query(`insert into ${table} values (1, 0)`)
  const update = `update ${table} set n = n + 100 where id = 1`
  meanwhile = raisedByOthers(other)
  await client.query(`begin; ${update}`)
  await assert.rejects(client.query('commit'), { code: '40001' })
  await assert.rejects(client.query(`${update}; select 1`), { code: '40001' })
  const raw = await connectRaw({ path: engine.socketPath })
  raw.parse('', `${update} returning n`)
  raw.bind('', '')
  raw.execute('')
  // Flush: the rows go out before it is known whether that was all.
  raw.send('H')
  const answer = (await raw.sync()).map(typeOf).join('')
  assert.match(answer, /^12DCEZ$/)
  raw.close()
  const { rows } = await other.query(`select n from ${table}`)
  assert.deepEqual(rows, [{ n: '3' }])
})

void test('INV-W10: an Execute with Closes behind it is alone, and a pipeline of two is committed once, not run again', async () => {
  await engine.table(table, { columns })
  const [other] = (await sessions(1)) as [pg.Client]
  await other.query(`insert into ${table} values (1, 0)`)
  commits = 0
  let left = 1
  meanwhile = async (request) => {
    if (left-- > 0) await raisedByOthers(other)(request)
  }
  const raw = await connectRaw({ path: engine.socketPath })
  const update = (): void => {
    raw.parse('', `update ${table} set n = n + 100 where id = 1 returning n`)
    raw.bind('p', '')
    raw.execute('p')
    raw.send('C', (out) => out.cString('Pp'))
  }
  update()
  assert.equal((await raw.sync()).map(typeOf).join(''), '12DC3Z')
  update()
  update()
  left = 1
  assert.equal((await raw.sync()).map(typeOf).join(''), '12DC312DC3EZ')
  raw.close()
  const { rows } = await other.query(`select n from ${table}`)
  assert.deepEqual(rows, [{ n: '102' }], 'two of others, one of the first')
})

void test('COPY is not run again: into a table with a key it is 40001 when others bring rows that may be of its keys, into others it lands', async () => {
  const [client, other] = (await sessions(2)) as [pg.Client, pg.Client]
  for (const [name, options] of [
    [`${table}_plain`, { columns }],
    [`${table}_keyed`, { columns, key: ['id'] }],
  ] as const) {
    await engine.table(name, options)
    let left = 1
    meanwhile = async () => {
      if (left-- > 0) await other.query(`insert into ${name} values (2, 20)`)
    }
    const copied = copyFrom(client, `copy ${name} (id, n) from stdin`, { chunks: ['1\t10\n3\t30\n'] })
    if (name.endsWith('plain')) await copied
    else await assert.rejects(copied, { code: '40001' })
    const { rows } = await other.query(`select id from ${name} order by id`)
    assert.deepEqual(
      rows.map(({ id }) => id),
      name.endsWith('plain') ? ['1', '2', '3'] : ['2'],
    )
  }
})

void test('INV-W10: what has an unknown outcome is not run again', async () => {
  await engine.table(table, { columns })
  const [client] = (await sessions(1)) as [pg.Client]
  await client.query(`insert into ${table} values (1, 0)`)
  commits = 0
  meanwhile = async () => {
    throw sqlError('WEIR-6014', 'nobody knows', { sqlstate: '40003' })
  }
  await assert.rejects(client.query(`update ${table} set n = 1`), { code: '40003' })
  assert.equal(commits, 1)
})

void test('INV-W10: statement_timeout and a cancellation end what waits for its turn or runs again; who is behind it goes on', async () => {
  await engine.table(table, { columns })
  const [holder, late, canceled, behind, others] = (await sessions(5)) as [
    pg.Client,
    pg.Client,
    pg.Client,
    pg.Client,
    pg.Client,
  ]
  await holder.query(`insert into ${table} values (1, 0)`)
  const update = `update ${table} set n = n + 1 where id = 1`
  const held = await heldInTurn(holder, update, others)
  const before = commits
  await late.query(`set statement_timeout = '200ms'`)
  await assert.rejects(late.query(update), { code: '57014', message: /statement timeout/ })
  const waiting = assert.rejects(canceled.query(update), { code: '57014' })
  const last = behind.query(update)
  await eventually('all three to stand in line', () => (inLine.size === 3 ? true : undefined))
  await cancelRequest({ path: engine.socketPath }, canceled)
  await waiting
  assert.equal(commits, before, 'nobody ran past the turn')
  assert.equal((await held.goOn()).rowCount, 1)
  assert.equal((await last).rowCount, 1)
  assert.deepEqual((await others.query(`select n from ${table}`)).rows, [{ n: '3' }])
})

void test('INV-W11: a session that goes away while it waits gives its place to the next', async () => {
  await engine.table(table, { columns })
  const [holder, leaving, behind, others] = (await sessions(4)) as [pg.Client, pg.Client, pg.Client, pg.Client]
  await holder.query(`insert into ${table} values (1, 0)`)
  const update = `update ${table} set n = n + 1 where id = 1`
  const held = await heldInTurn(holder, update, others)
  leaving.query(update).catch(() => undefined)
  await eventually('both to stand in line', () => (inLine.size === 2 ? true : undefined))
  const last = behind.query(update)
  await eventually('all three to stand in line', () => (inLine.size === 3 ? true : undefined))
  ;(leaving as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream.destroy()
  await eventually('its place to be free', () => (inLine.size === 2 ? true : undefined))
  await held.goOn()
  assert.equal((await last).rowCount, 1)
  await eventually('nobody to stand in line', () => (inLine.size === 0 ? true : undefined))
  assert.deepEqual((await others.query(`select n from ${table}`)).rows, [{ n: '3' }])
})

/** A statement that lost once, has its turn, and is held before its second commit. */
async function heldInTurn(holder: pg.Client, text: string, others: pg.Client) {
  const atWork = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  let seen = 0
  const raise = raisedByOthers(others)
  meanwhile = async (request) => {
    seen++
    if (seen === 1) return raise(request)
    // The second is that of the others.
    if (seen !== 3) return
    atWork.resolve()
    await goOn.promise
  }
  const answer = holder.query(text)
  await atWork.promise
  return {
    goOn() {
      goOn.resolve()
      return answer
    },
  }
}

/** Another writer, which takes no turns, changes the same row first. */
function raisedByOthers(other: pg.Client): (request: CommitRequest) => Promise<void> {
  let busy = false
  return async () => {
    if (busy) return
    busy = true
    try {
      await other.query(`begin; update ${table} set n = n + 1 where id = 1; commit`)
    } finally {
      busy = false
    }
  }
}

async function filesOfStatements(): Promise<readonly string[]> {
  return readdir(engine.scratchDirectory)
}
