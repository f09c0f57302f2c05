import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { eventually } from '../support/deadline.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { processesOf, type ProcessKind } from './process-tree.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { produceUniqueValues, type Outcome } from './unique-values.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const values = stream('values', { partitions: 4, value: 'json' })
const kept = table('kept', { columns: { id: 'long', client: 'string', text: 'string' } })
const load = delivery('load', { from: values, to: kept, workers: 2, flush: { age: '2 s' } })
export default defineProject({ name: 'kill', resources: [values, kept, load] })
`

export interface KillReport {
  readonly killed: Readonly<Record<ProcessKind, number>>
  readonly acknowledged: number
  readonly sent: number
}

/**
 * Kills a random process at a random moment, as often as asked, while two clients produce. After each the ledger must add
 * up, at the end every acknowledged value must be there exactly once and no other twice.
 */
export async function killRounds(seed: number, kills: number, say: (line: string) => void): Promise<KillReport> {
  const random = seededRandom(seed)
  const killed: Record<ProcessKind, number> = { supervisor: 0, log: 0, worker: 0, engine: 0 }
  await using weir = await restartableWeir('kill', { project })
  await weir.start()
  await countRows(weir)
  const values = produceUniqueValues(weir.ports.kafka, 'values', 20)
  try {
    for (let round = 1; round <= kills; round++) {
      await pause(random.pick(1500))
      const kinds = [...new Set(processesOf(weir.pid()).map(({ kind }) => kind))].toSorted()
      const kind = random.oneOf(kinds)
      const { pid } = random.oneOf(processesOf(weir.pid()).filter((one) => one.kind === kind))
      process.kill(pid, 'SIGKILL')
      killed[kind]++
      say(`kill ${round}: ${kind} ${pid}`)
      if (kind === 'supervisor') {
        await weir.gone()
        await weir.start()
      }
      await verifies(weir)
      await countRows(weir)
    }
  } finally {
    await values.stop()
  }
  await checkValues(weir, values.outcome())
  await verifies(weir)
  const { acknowledged, sent } = values.outcome()
  return { killed, acknowledged: acknowledged.size, sent: sent.size }
}

/** `weir verify` says yes; while a process comes back it may not answer yet, but it must never say no. */
async function verifies(weir: RestartableWeir): Promise<void> {
  await eventually('weir verify', async () => {
    const { code, stdout, stderr } = await weir.command('verify', '--json')
    if (code === 0) return true
    assert.doesNotMatch(stdout, /"verdict":\s*"no"/, `weir verify says no: ${stdout}${stderr}`)
    throw new Error(`weir verify ended with ${code}: ${stdout}${stderr}`)
  })
}

async function withSql<T>(weir: RestartableWeir, ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ host: '127.0.0.1', port: weir.ports.postgres, user: 'weir', database: 'weir' })
  // The engine may be the next to be killed.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await ask(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Also starts the engine, so that there is one to kill. */
async function countRows(weir: RestartableWeir): Promise<number> {
  return eventually('a count from SQL', () =>
    withSql(weir, async (client) => {
      const { rows } = await client.query<{ n: string }>('select count(*) as n from kept')
      return Number(rows[0]!.n)
    }),
  )
}

async function checkValues(weir: RestartableWeir, { acknowledged, sent }: Outcome): Promise<void> {
  const found = await eventually(
    `${acknowledged.size} acknowledged values in SQL`,
    async () => {
      const counts = await withSql(weir, async (client) => {
        const { rows } = await client.query<{ id: string; n: string }>('select id, count(*) as n from kept group by id')
        return new Map(rows.map(({ id, n }) => [Number(id), Number(n)]))
      })
      const missing = [...acknowledged].filter((id) => !counts.has(id))
      if (missing.length > 0) throw new Error(`${missing.length} are missing, the first is ${missing[0]}`)
      return counts
    },
    60_000,
  )
  for (const [id, times] of found) {
    assert.equal(times, 1, `value ${id} is there ${times} times`)
    assert.ok(sent.has(id), `value ${id} was never sent`)
  }
}
