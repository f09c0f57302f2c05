import { randomInt } from 'node:crypto'
import type { TestContext } from 'node:test'

/** Another seed at each run; `WEIR_SEED` runs one again. */
export function chosenSeed(context: TestContext): number {
  const seed = anySeed()
  context.diagnostic(hint(seed))
  return seed
}

/** The same for a file that needs it before its tests run. */
export function printedSeed(): number {
  const seed = anySeed()
  console.log(hint(seed))
  return seed
}

function anySeed(): number {
  const given = process.env['WEIR_SEED']
  return given === undefined ? randomInt(2 ** 31) : Number(given)
}

function hint(seed: number): string {
  return `seed ${seed}: run it again with WEIR_SEED=${seed}`
}
