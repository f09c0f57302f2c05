import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../support/deadline.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { processesOf } from './process-tree.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { sqlOf } from './sql-of.ts'
import { type RunningTransfers, transferBetween } from './sql-transfers.ts'

/** Two tables that SQL writes, one of format version 3; `more` are further options of the project. */
export const transferProject = (more = ''): string => `import { defineProject, secret, table } from 'weir-data'
const columns = { id: 'long', times: 'int' }
export default defineProject({
  name: 'kill-sql',
  resources: [table('left', { columns }), table('right', { columns, properties: { 'format-version': '3' } })],
  ${more}
})
`
const tables = ['"left"', '"right"'] as const

interface SqlRounds {
  readonly seed: number
  readonly kills: number
  readonly say: (line: string) => void
  readonly project: string
  readonly leastAnswered: number
}

/** Kills engine, writer and supervisor while transactions go over two tables: each is there whole or not at all. */
export async function sqlRounds({ seed, kills, say, project: text, leastAnswered }: SqlRounds): Promise<void> {
  const random = seededRandom(seed)
  await using weir = await restartableWeir('kill-sql', { project: text })
  await weir.start()
  const killed = { engine: 0, writer: 0, supervisor: 0 }
  const transfers = [0, 1_000_000].map((from) => transferBetween(weir, tables, random, { from }))
  for (let round = 0; round < kills; round++) {
    await progress(transfers)
    await pause(random.pick(500))
    const found = processesOf(weir.pid()).filter(({ kind }) => kind in killed)
    const kinds = [...new Set(found.map((one) => one.kind))] as (keyof typeof killed)[]
    // Chance alone left one of them out in one run of ten.
    const least = Math.min(...kinds.map((one) => killed[one]))
    const kind = random.oneOf(kinds.filter((one) => killed[one] === least))
    process.kill(found.find((one) => one.kind === kind)!.pid, 'SIGKILL')
    killed[kind]++
    if (kind === 'supervisor') {
      await weir.gone()
      await weir.start()
    }
    await isWhole(weir)
  }
  const outcomes = await Promise.all(transfers.map((one) => one.stop()))
  const [left, right] = await isWhole(weir)
  for (const { answered, open } of outcomes)
    for (const [number, state] of answered)
      if (!open.has(number))
        assert.equal(left.has(number), state === 'there', `${number} is ${state}, a client was told`)
  assert.equal(left.size, right.size)
  const sum = (of: (one: (typeof outcomes)[number]) => number) => outcomes.reduce((total, one) => total + of(one), 0)
  say(
    `${JSON.stringify(killed)}: ${sum(({ done }) => done)} answered, ${sum(({ refused }) => refused)} refused, ${sum(({ open }) => open.size)} without an answer`,
  )
  assert.ok(sum(({ done }) => done) > leastAnswered, 'hardly a transaction was answered')
}

/** Some transactions were answered since it was last looked: what is killed next has been at work. */
async function progress(transfers: readonly RunningTransfers[]): Promise<void> {
  const count = () => transfers.reduce((sum, { done }) => sum + done, 0)
  const before = count()
  await eventually('transactions to be answered', () => (count() >= before + 4 ? true : undefined))
}

/** Both tables have the same rows at one moment, each once. */
async function isWhole(
  weir: RestartableWeir,
): Promise<readonly [ReadonlyMap<number, number>, ReadonlyMap<number, number>]> {
  const rows = await eventually('the rows of both tables', () =>
    sqlOf<{ side: string; id: string; times: number; n: string }>(
      weir,
      `select 'left' as side, id, max(times) as times, count(*) as n from "left" group by id
       union all select 'right', id, max(times), count(*) from "right" group by id`,
    ),
  )
  const side = (name: string) =>
    new Map(rows.filter((row) => row.side === name).map((row) => [Number(row.id), row.times]))
  for (const { side: where, id, n } of rows) assert.equal(n, '1', `${id} is ${n} times in ${where}`)
  const [left, right] = [side('left'), side('right')]
  assert.deepEqual(left, right, 'a transaction is there in part')
  return [left, right]
}
