import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runSql } from '../../src/cli/sql-session.ts'
import { isRunning, waitUntil } from '../support/wait-until.ts'
import { superviseWeir, type SupervisedWeir } from '../support/supervised-weir.ts'

interface Process {
  readonly name: string
  readonly state: string
  readonly pid: number | null
  readonly restarts: number
}

async function engineOf({ supervisor }: SupervisedWeir): Promise<Process> {
  const answer = await fetch(`${supervisor.endpoints.http}/api/v1/status`)
  const { processes } = (await answer.json()) as { processes: readonly Process[] }
  return processes.find(({ name }) => name === 'engine')!
}

void test('an engine that takes more than its budget is ended, its client hears why, and the next query is answered', async () => {
  // DuckDB may take 90 MB of it, but does not count the texts that it works on: 600 MB here.
  await using weir = await superviseWeir('memory', [], { engineMemoryBytes: 340_000_000 })
  const { postgres } = weir.supervisor.endpoints
  await runSql(postgres, 'select 1')
  const { pid } = await engineOf(weir)
  const large = `select sum(length(repeat('x', 300000) || i)) from range(200000) as numbers(i)`
  await assert.rejects(runSql(postgres, large), { message: /more memory than the engine may have/ })
  await waitUntil('the engine is gone', () => !isRunning(pid!))
  const again = await waitUntil('a new engine answers', () => runSql(postgres, 'select 2').catch(() => undefined))
  assert.deepEqual(again.rows, [['2']])
})

void test('an idle engine is given back and comes back with the next query; one with a session stays', async () => {
  await using weir = await superviseWeir('idle', [], { engineIdleMs: 600 })
  const { postgres } = weir.supervisor.endpoints
  const { default: pg } = await import('pg')
  const client = new pg.Client(postgres)
  await client.connect()
  await client.query('select 1')
  const { pid } = await engineOf(weir)
  // Far beyond the time: were the session not seen, the engine would be gone.
  for (let checks = 0; checks < 14; checks++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.deepEqual((await client.query('select 2 as n')).rows, [{ n: 2 }])
  }
  assert.equal((await engineOf(weir)).pid, pid)
  await client.end()
  await waitUntil('it is given back', async () => (await engineOf(weir)).state === 'idle')
  await waitUntil('its process is gone', () => !isRunning(pid!))
  assert.deepEqual((await runSql(postgres, 'select 3')).rows, [['3']])
  assert.equal((await engineOf(weir)).restarts, 0, 'what was given back is no crash')
})
