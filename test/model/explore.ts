import { startAdoption } from './adoption.ts'
import { handleRequest } from './catalog.ts'
import { isRolledBack } from './halt.ts'
import { checkAcknowledged, checkTable } from './invariants.ts'
import { liveTopic, partitionKey, syncLog } from './log.ts'
import { answer } from './operator.ts'
import type { Rules } from './rules.ts'
import { advance, advanceJob, bentWeights, startAll, step } from './schedule.ts'
import { entryOf, stateOf } from './state.ts'
import { checkVerify } from './verify.ts'
import { createWorld, fail, say, Violation, type World } from './world.ts'

export interface Exploration {
  readonly violation: string | null
  readonly steps: number
  readonly commits: number
  readonly queries: number
}

const stepsWithFaults = 400
const roundsToRest = 1500

/** One random history: faults for a while, then none, then everything must be in its place. */
export function explore(seed: number, rules: Rules, trace: ((line: string) => void) | null = null): Exploration {
  const world = createWorld(seed, rules, trace)
  let violation: string | null = null
  try {
    startAll(world)
    const weights = bentWeights(world)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    while (world.steps < stepsWithFaults && !world.ended) step(world, weights, total)
    if (!world.ended) settle(world)
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    violation = error.message
  }
  const { commits, queries } = world.witness
  return { violation, steps: world.steps, commits, queries }
}

function settle(world: World): void {
  world.quiet = true
  say(world, `no more faults${isRolledBack(world, world.table) ? '; a rollback is open' : ''}`)
  syncLog(world.log, world.rules)
  for (let round = 0; round < 60 || !isAtRest(world); round++) {
    if (world.ended || world.control.refused) return
    if (round > roundsToRest) fail(world, `does not come to rest: ${world.workers.map(({ halt }) => halt).join(', ')}`)
    playRound(world, round)
  }
  checkTable(world, true)
  checkAcknowledged(world)
  checkVerify(world)
}

function playRound(world: World, round: number): void {
  for (const worker of world.workers) say(world, advance(world, worker))
  say(world, advance(world, world.engine))
  startAdoption(world)
  for (const job of world.jobs) say(world, advanceJob(world, job))
  while (world.network.length > 0) say(world, handleRequest(world, 0))
  if (round % 5 === 4) say(world, answer(world))
  world.steps++
  checkTable(world, false)
}

function isAtRest(world: World): boolean {
  const isBusy = world.workers.some(({ halt, loss, tails }) => halt !== null || loss !== null || tails.size > 0)
  if (isBusy || world.network.length > 0 || world.jobs.length > 0) return false
  const state = stateOf(world, world.table)
  return ['A', 'B'].every((name) => {
    const topic = liveTopic(world.log, name)
    return topic.partitions.every(
      ({ durable }, index) => entryOf(world, state, partitionKey(world.rules, topic, index)).next >= durable,
    )
  })
}
