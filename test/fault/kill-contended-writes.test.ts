import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import pg from 'pg'
import { eventually } from '../support/deadline.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'
import { processesOf } from './process-tree.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { sqlOf } from './sql-of.ts'

const project = `import { defineProject, table } from 'weir-data'
export default defineProject({
  name: 'contended',
  resources: [table('counters', { columns: { id: 'long', n: 'long', tokens: 'string' }, key: ['id'] })],
})
`
const kills = 6
const sessions = 5

void test(`${kills} times kill -9 of engine and writer while ${sessions} sessions raise one row: each statement counts once, what was answered is there, and none is refused`, async (context) => {
  const random = seededRandom(chosenSeed(context))
  await using weir = await restartableWeir('contended', { project })
  await weir.start()
  await eventually('the row', () => sqlOf(weir, `insert into counters values (1, 0, '')`).then(() => true))
  const raising = Array.from({ length: sessions }, (_, at) => raise(weir, at))
  using _stopped = { [Symbol.dispose]: () => raising.forEach(({ stop }) => stop()) }
  const killed = { engine: 0, writer: 0 }
  const answered = () => raising.reduce((sum, one) => sum + one.answered.size, 0)
  for (let round = 0; round < kills; round++) {
    const before = answered()
    await eventually('statements to be answered', () => (answered() >= before + sessions * 2 ? true : undefined))
    await pause(random.pick(300))
    const kind = round % 2 === 0 ? 'writer' : 'engine'
    const found = processesOf(weir.pid()).find((one) => one.kind === kind)
    if (found === undefined) continue
    process.kill(found.pid, 'SIGKILL')
    killed[kind]++
  }
  const before = answered()
  await eventually('statements to be answered', () => (answered() >= before + sessions ? true : undefined))
  for (const one of raising) one.stop()
  await Promise.all(raising.map(({ ended }) => ended))
  const [row] = await eventually('the row', () =>
    sqlOf<{ n: string; tokens: string }>(weir, 'select n, tokens from counters where id = 1'),
  )
  const there = row!.tokens.split(',').filter((token) => token !== '')
  assert.equal(new Set(there).size, there.length, 'a statement was done twice')
  assert.equal(Number(row!.n), there.length, 'each statement that was done counts once')
  for (const one of raising) {
    assert.deepEqual(one.refused, [])
    for (const token of one.answered) assert.ok(there.includes(token), `${token} was answered and is not there`)
    for (const token of there.filter((found) => found.startsWith(`${one.name}.`)))
      assert.ok(one.answered.has(token) || one.open.has(token), `nobody sent ${token}`)
  }
  const open = raising.reduce((sum, one) => sum + one.open.size, 0)
  context.diagnostic(
    `${JSON.stringify(killed)}: ${answered()} answered, ${open} without an answer, ${there.length} done`,
  )
  assert.ok(killed.engine > 0 && killed.writer > 0)
})

/** One client that raises the row again and again, each time with a word of its own that the row keeps. */
function raise(weir: RestartableWeir, name: number) {
  const [answered, open, refused] = [new Set<string>(), new Set<string>(), [] as string[]]
  let [stopped, next] = [false, 0]
  const run = async (): Promise<void> => {
    while (!stopped) {
      const client = new pg.Client({ host: '127.0.0.1', port: weir.ports.postgres, user: 'weir', database: 'weir' })
      client.on('error', () => undefined)
      try {
        await client.connect()
        while (!stopped) await once(client, `${name}.${next++}`)
      } catch {
        await pause(50)
      } finally {
        await client.end().catch(() => undefined)
      }
    }
  }
  const once = async (client: pg.Client, token: string): Promise<void> => {
    try {
      await client.query(`update counters set n = n + 1, tokens = tokens || $1 || ',' where id = 1`, [token])
      answered.add(token)
    } catch (error) {
      const { code, message } = error as pg.DatabaseError
      // The engine has gone, or nobody knows what the writer did: both are for the client to look at.
      if (code === undefined || code === '57P02' || code === '40003' || code === '57P01') open.add(token)
      else refused.push(`${token}: ${code} ${message}`)
      if (code !== '40003') throw error
    }
  }
  return { name, answered, open, refused, stop: () => void (stopped = true), ended: run() }
}
