import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { superviseWeir, type SupervisedWeir } from '../support/supervised-weir.ts'
import { waitUntil } from '../support/wait-until.ts'

async function connect({ supervisor }: SupervisedWeir): Promise<pg.Client> {
  const client = new pg.Client(supervisor.endpoints.postgres)
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function enginePid({ supervisor }: SupervisedWeir): Promise<number> {
  const answer = await fetch(`${supervisor.endpoints.http}/api/v1/status`)
  const { processes } = (await answer.json()) as { processes: readonly { name: string; pid: number }[] }
  return processes.find(({ name }) => name === 'engine')!.pid
}

async function nextQuery(weir: SupervisedWeir): Promise<unknown> {
  const client = await connect(weir)
  try {
    return (await client.query('select 2 as n')).rows
  } finally {
    await client.end()
  }
}

const endless = 'select count(*) from range(1000000000) a, range(1000000) b'

void test('clients of an engine that is killed hear 57P02, also in the middle of rows, and the next connection is answered', async () => {
  await using weir = await superviseWeir('killed', [])
  const [counting, reading, waiting] = await Promise.all([connect(weir), connect(weir), connect(weir)])
  const ended = new Promise<pg.DatabaseError>((resolve) => waiting.once('error', (error) => resolve(error as never)))
  const failures = Promise.allSettled([
    counting.query(endless),
    reading.query("select i, repeat('x', 1000) from range(100000000) t(i)"),
  ])
  const watching = await connect(weir)
  assert.deepEqual((await watching.query('select 1 as n')).rows, [{ n: 1 }])
  process.kill(await enginePid(weir), 'SIGKILL')
  for (const result of await failures) {
    assert.equal(result.status, 'rejected')
    assert.equal(result.reason.code, '57P02', String(result.reason))
  }
  assert.equal((await ended).code, '57P02')
  const rows = await waitUntil('a new engine answers', () => nextQuery(weir).catch(() => undefined))
  assert.deepEqual(rows, [{ n: 2 }])
})

void test('a query that takes the engine over its budget is told so with 53200', async () => {
  await using weir = await superviseWeir('greedy', [], { engineMemoryBytes: 340_000_000 })
  const client = await connect(weir)
  await assert.rejects(client.query(`select sum(length(repeat('x', 300000) || i)) from range(200000) as numbers(i)`), {
    code: '53200',
  })
  const rows = await waitUntil('a new engine answers', () => nextQuery(weir).catch(() => undefined))
  assert.deepEqual(rows, [{ n: 2 }])
})
