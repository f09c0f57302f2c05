import { randomInt } from 'node:crypto'
import type { TestContext } from 'node:test'

/** Another seed at each run; `WEIR_SEED` runs one again. */
export function chosenSeed(context: TestContext): number {
  const given = process.env['WEIR_SEED']
  const seed = given === undefined ? randomInt(2 ** 31) : Number(given)
  context.diagnostic(`seed ${seed}: run it again with WEIR_SEED=${seed}`)
  return seed
}
