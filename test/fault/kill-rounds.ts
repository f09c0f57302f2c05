import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../support/seeded-random.ts'
import { processesOf, type ProcessKind } from './process-tree.ts'
import { checkExactlyOnce, verifies } from './exactly-once.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { timesById } from './sql-of.ts'
import { type Outcome, produceUniqueValues } from './unique-values.ts'

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
 * up, at the end every acknowledged value must be there exactly once and no other twice. Another project has the same stream and table, and lies elsewhere.
 */
export async function killRounds(
  seed: number,
  kills: number,
  say: (line: string) => void,
  text = project,
  atEnd: (weir: RestartableWeir, outcome: Outcome) => Promise<void> = async () => undefined,
): Promise<KillReport> {
  const random = seededRandom(seed)
  const killed: Record<ProcessKind, number> = { supervisor: 0, log: 0, worker: 0, engine: 0, writer: 0, operator: 0 }
  await using weir = await restartableWeir('kill', { project: text })
  await weir.start()
  // A query starts the engine, so that there is one to kill.
  await timesById(weir, 'kept')
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
      await timesById(weir, 'kept')
    }
  } finally {
    await values.stop()
  }
  await checkExactlyOnce(weir, 'kept', values.outcome())
  await verifies(weir)
  await atEnd(weir, values.outcome())
  const { acknowledged, sent } = values.outcome()
  return { killed, acknowledged: acknowledged.size, sent: sent.size }
}
