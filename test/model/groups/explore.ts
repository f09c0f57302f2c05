import { seededRandom, type Random } from '../../support/seeded-random.ts'
import { classicHistory } from './classic-clients.ts'
import { consumerHistory } from './consumer-clients.ts'
import type { SimulatedLog } from './simulated-log.ts'

interface History {
  readonly log: SimulatedLog
  readonly counts: Readonly<Record<string, number>>
  step(): Promise<void>
  settle(): Promise<void>
}

/** By the protocol that the members speak. */
export const histories: Readonly<Record<'classic' | 'consumer' | 'mixed', (random: Random) => History>> = {
  classic: classicHistory,
  consumer: consumerHistory,
  mixed: (random) => consumerHistory(random, 0.5),
}

const stepsOfHistory = 150

/** Runs a history for each seed; throws at the first that breaks an invariant. What happened in all is returned. */
export async function exploreGroups(
  begin: (random: Random) => History,
  firstSeed: number,
  seeds: number,
): Promise<Readonly<Record<string, number>>> {
  const total: Record<string, number> = {}
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const history = begin(seededRandom(seed))
    try {
      for (let count = 0; count < stepsOfHistory; count++) await history.step()
      await history.settle()
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
    history.log.close()
    for (const [what, count] of Object.entries(history.counts)) total[what] = (total[what] ?? 0) + count
  }
  return total
}
