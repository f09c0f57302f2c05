import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../support/deadline.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { verifies } from './exactly-once.ts'
import { mayBe, produceKeyedValues } from './keyed-values.ts'
import { processesOf } from './process-tree.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { sqlOf } from './sql-of.ts'

/** A stream of changes into a table with a key; `more` are further options of the project. */
export const keyedProject = (
  more = '',
): string => `import { defineProject, delivery, secret, stream, table } from 'weir-data'
const changes = stream('changes', { partitions: 4, value: 'json' })
const kept = table('kept', { columns: { id: 'long', version: 'long', text: 'string' }, key: ['id'] })
const load = delivery('load', { from: changes, to: kept, workers: 2, flush: { age: '1 s' }, copyOnWriteBelow: '1 KB' })
export default defineProject({ name: 'killkeyed', resources: [changes, kept, load], ${more} })
`

interface KeyedRounds {
  readonly seed: number
  readonly kills: number
  readonly say: (line: string) => void
  readonly project: string
  readonly leastAcknowledged: number
}

/** Kills random processes, with compactions between, while keys are changed: each key has its last value, once. */
export async function keyedRounds({ seed, kills, say, project: text, leastAcknowledged }: KeyedRounds): Promise<void> {
  const random = seededRandom(seed)
  await using weir = await restartableWeir('killkeyed', { project: text })
  await weir.start()
  await rowsOf(weir)
  const values = produceKeyedValues(weir.ports.kafka, 'changes', random, 20)
  try {
    for (let round = 1; round <= kills; round++) {
      await pause(random.pick(1500))
      if (round % 3 === 0) void weir.command('compact', 'kept')
      const kinds = [...new Set(processesOf(weir.pid()).map(({ kind }) => kind))].toSorted()
      const kind = random.oneOf(kinds)
      const { pid } = random.oneOf(processesOf(weir.pid()).filter((one) => one.kind === kind))
      process.kill(pid, 'SIGKILL')
      say(`kill ${round}: ${kind} ${pid}`)
      if (kind === 'supervisor') {
        await weir.gone()
        await weir.start()
      }
      await rowsOf(weir)
      await verifies(weir)
    }
  } finally {
    await values.stop()
  }
  const histories = values.histories()
  const acknowledged = [...histories.values()].reduce((sum, history) => sum + history.acknowledged, 0)
  say(`${acknowledged} records acknowledged of ${histories.size} keys`)
  assert.ok(acknowledged > leastAcknowledged, `only ${acknowledged} records were acknowledged`)
  await eventually(
    'the last value of each key',
    async () => {
      const rows = await rowsOf(weir)
      for (const [id, history] of histories) {
        const found = rows.get(id) ?? null
        if (!mayBe(history).has(found))
          throw new Error(
            `key ${id} is ${found}, sent last ${history.sent.at(-1)}, ${history.acknowledged} of ${history.sent.length} acknowledged`,
          )
      }
      return rows
    },
    60_000,
  )
  await verifies(weir)
}

/** Each key once, in whatever moment a query comes. */
async function rowsOf(weir: RestartableWeir): Promise<ReadonlyMap<number, number>> {
  const rows = await eventually('the rows of kept from SQL', () =>
    sqlOf<{ id: string; version: string }>(weir, 'select id, version from kept'),
  )
  const byId = new Map(rows.map(({ id, version }) => [Number(id), Number(version)]))
  assert.equal(byId.size, rows.length, 'a key is there twice')
  return byId
}
