import { setTimeout as pause } from 'node:timers/promises'
import { sharedByJoined, startJoinedWorker, type JoinedWorkerProcess } from '../support/joined-worker.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { checkExactlyOnce, verifies } from './exactly-once.ts'
import { childrenOf } from './process-tree.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { timesById } from './sql-of.ts'
import { produceUniqueValues } from './unique-values.ts'

const projectOn = (streams: string): string => `import { defineProject, delivery, stream, table } from 'weir-data'
const values = stream('values', { partitions: 4, value: 'json' })
const kept = table('kept', { columns: { id: 'long', client: 'string', text: 'string' } })
const load = delivery('load', { from: values, to: kept, workers: 0, flush: { age: '2 s' } })
export default defineProject({ name: 'kill-joined', resources: [values, kept, load]${streams} })
`

/** `weir worker` itself, one of its processes, or the supervisor. */
export type JoinedVictim = 'worker' | 'process' | 'supervisor'

export interface JoinedKills {
  /** Killed in this order; random ones after. */
  readonly first: readonly JoinedVictim[]
  readonly count: number
  /** Of a Kafka in the place of Weir's own log. */
  readonly realKafkaPort?: number
  readonly say: (line: string) => void
}

export interface JoinedKillReport {
  readonly killed: Readonly<Record<JoinedVictim, number>>
  readonly acknowledged: number
}

/**
 * Two `weir worker` share a delivery that has no other workers; they, their processes and the supervisor are killed at random moments
 * while two clients produce. After each kill the ledger must add up; at the end every acknowledged value must be there exactly once (INV-W3).
 */
export async function killJoinedRounds(seed: number, wishes: JoinedKills): Promise<JoinedKillReport> {
  const { first, count, realKafkaPort, say } = wishes
  const random = seededRandom(seed)
  const killed: Record<JoinedVictim, number> = { worker: 0, process: 0, supervisor: 0 }
  const streams = realKafkaPort === undefined ? '' : `, streams: { bootstrap: ['127.0.0.1:${realKafkaPort}'] }`
  const lies = realKafkaPort === undefined ? {} : { realKafkaPort }
  await using weir = await restartableWeir('kill-joined', { project: projectOn(streams), ...lies })
  await weir.start()
  const names = ['one', 'two'] as const
  const address = `http://127.0.0.1:${weir.ports.http}`
  const join = (name: string): Promise<JoinedWorkerProcess> => startJoinedWorker(address, name)
  const workers = new Map<string, JoinedWorkerProcess>()
  await using _ = { [Symbol.asyncDispose]: () => endAll([...workers.values()]) }
  for (const name of names) workers.set(name, await join(name))
  await sharedByJoined(address, 'load', names)
  const values = produceUniqueValues(weir.ports.kafka, 'values', 20)
  try {
    for (let round = 1; round <= count; round++) {
      await pause(random.pick(1500))
      const victim = first[round - 1] ?? random.oneOf(['worker', 'process', 'supervisor'] as const)
      const name = random.oneOf(names)
      say(`kill ${round}: ${victim} ${victim === 'supervisor' ? '' : name}`)
      await kill(victim, weir, workers.get(name)!)
      killed[victim]++
      await verifies(weir)
      await timesById(weir, 'kept')
      if (victim === 'worker') workers.set(name, await join(name))
    }
  } finally {
    await values.stop()
  }
  await checkExactlyOnce(weir, 'kept', values.outcome())
  await sharedByJoined(address, 'load', names)
  await verifies(weir)
  return { killed, acknowledged: values.outcome().acknowledged.size }
}

async function kill(victim: JoinedVictim, weir: RestartableWeir, worker: JoinedWorkerProcess): Promise<void> {
  if (victim === 'process') {
    // None while it joins again.
    for (const pid of childrenOf(worker.pid).slice(0, 1)) process.kill(pid, 'SIGKILL')
    return
  }
  process.kill(victim === 'worker' ? worker.pid : weir.pid(), 'SIGKILL')
  if (victim === 'worker') return void (await worker.ended)
  await weir.gone()
  await weir.start()
}

async function endAll(workers: readonly JoinedWorkerProcess[]): Promise<void> {
  await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()))
}
