import { startAdoption } from './adoption.ts'
import { handleRequest } from './catalog.ts'
import { addTopic, backUpLog, cutLogPower, liveTopic, restoreLog, syncLog, type RecordKind } from './log.ts'
import { checkTable } from './invariants.ts'
import { maintenance } from './maintenance.ts'
import { answer } from './operator.ts'
import { changeSchema, dropAndMakeAgain, rollBack, touchTable } from './other-engines.ts'
import { startEngine } from './query.ts'
import { startReplay } from './replay.ts'
import { cutPower } from './storage.ts'
import { rebalance, startWorker } from './worker.ts'
import { newId, say, type Job, type Steps, type World } from './world.ts'

/** Something that may happen next; null: nothing to do. */
interface Action {
  readonly weight: number
  act(world: World): string | null
}

/** How often each thing happens, against the others; each run bends these, so that long sleeps and storms both occur. */
const actions: readonly Action[] = [
  { weight: 12, act: (world) => advance(world, world.workers[0]!) },
  { weight: 12, act: (world) => advance(world, world.workers[1]!) },
  { weight: 12, act: (world) => advance(world, world.workers[2]!) },
  { weight: 12, act: (world) => advance(world, world.engine) },
  { weight: 10, act: (world) => (world.jobs.length === 0 ? null : advanceJob(world, world.random.oneOf(world.jobs))) },
  { weight: 10, act: deliverRequest },
  { weight: 5, act: produce },
  { weight: 3, act: (world) => (syncLog(world.log, world.rules), 'log synced, acknowledged') },
  { weight: 2, act: answer },
  { weight: 2, act: startAdoption },
  { weight: 1, act: (world) => `CRASH ${startWorker(world, world.random.oneOf(world.workers))}` },
  { weight: 0.4, act: startEngine },
  { weight: 0.7, act: crashJob },
  { weight: 0.3, act: powerCut },
  { weight: 0.7, act: rebalance },
  { weight: 2, act: startReplay },
  { weight: 0.6, act: startMaintenance },
  { weight: 1.2, act: touchTable },
  { weight: 0.25, act: rollBack },
  { weight: 0.4, act: changeSchema },
  { weight: 0.3, act: retention },
  { weight: 0.1, act: remakeTopic },
  { weight: 0.1, act: renameDelivery },
  { weight: 0.3, act: (world) => (backUpLog(world.log), 'log backed up') },
  { weight: 0.15, act: (world) => (restoreLog(world.log, world.rules) ? 'log RESTORED from its backup' : null) },
  { weight: 0.05, act: dropAndMakeAgain },
]

export type Weights = readonly number[]

export function bentWeights(world: World): Weights {
  return actions.map(({ weight }) => weight * world.random.oneOf([0.1, 0.5, 1, 1, 3]))
}

export function startAll(world: World): void {
  rebalance(world)
  for (const worker of world.workers) startWorker(world, worker)
  startEngine(world)
  startAdoption(world)
}

/** One atomic action of one process, chosen by the seed. */
export function step(world: World, weights: Weights, total: number): void {
  world.steps++
  let left = world.random.next() * total
  let index = 0
  while ((left -= weights[index]!) > 0 && index < actions.length - 1) index++
  const happened = actions[index]!.act(world)
  if (happened === null) return
  say(world, happened)
  checkTable(world, happened === 'POWER CUT')
}

export function advance(world: World, process: { steps: Steps }): string {
  return process.steps.next().value ?? `nothing left to do at step ${world.steps}`
}

export function advanceJob(world: World, job: Job): string {
  const { value, done } = job.steps.next()
  if (done === true) world.jobs = world.jobs.filter((one) => one !== job)
  return value ?? `${job.name} is done`
}

function deliverRequest(world: World): string | null {
  return world.network.length === 0 ? null : handleRequest(world, world.random.pick(world.network.length))
}

function produce(world: World): string {
  const { random, log } = world
  const topic = liveTopic(log, random.chance(0.7) ? 'A' : 'B')
  const index = random.pick(topic.partitions.length)
  const { records } = topic.partitions[index]!
  for (let left = 1 + random.pick(3); left > 0; left--) {
    const kind = random.oneOf<RecordKind>(['ok', 'ok', 'ok', 'late', 'never', 'control'])
    records.push({ id: ++world.lastRecord, kind })
  }
  return `produced ${topic.id}/${index} up to ${records.length}`
}

function crashJob(world: World): string | null {
  const [job, ...rest] = world.jobs
  if (job === undefined) return null
  world.jobs = rest
  return `CRASH ${job.name}`
}

function powerCut(world: World): string {
  for (const worker of world.workers) startWorker(world, worker)
  startEngine(world)
  world.jobs = []
  world.network = []
  world.witness.seen.clear()
  cutPower(world.storage, world.random)
  cutLogPower(world.log, world.random)
  return 'POWER CUT'
}

export function startMaintenance(world: World): string {
  world.jobs.push({ name: `maintenance${newId(world)}`, steps: maintenance(world) })
  return 'maintenance begins'
}

function retention({ random, log }: World): string {
  const topic = liveTopic(log, random.chance(0.7) ? 'A' : 'B')
  const partition = random.oneOf(topic.partitions)
  partition.start += random.pick(partition.durable - partition.start + 1)
  return `retention: ${topic.id} begins at ${partition.start}`
}

function remakeTopic(world: World): string {
  const topic = liveTopic(world.log, world.random.chance(0.5) ? 'A' : 'B')
  syncLog(world.log, world.rules)
  topic.gone = true
  addTopic(world.log, topic.name, newId(world), topic.partitions.length)
  return `topic ${topic.id} deleted and made again`
}

function renameDelivery({ control }: World): string {
  control.deliveries.set('A', control.deliveries.get('A') === 'a1' ? 'a2' : 'a1')
  return 'delivery of A renamed'
}
