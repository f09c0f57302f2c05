import type { Carelessness } from './broker.ts'
import { explore } from './explore.ts'

export interface Sweep {
  readonly findings: readonly { readonly seed: number; readonly violation: string }[]
  readonly committed: number
  readonly aborted: number
  readonly crashes: number
}

/** Explores seeds [from, from + seeds), until enough violations were found. */
export async function sweepTransactions(
  from: number,
  seeds: number,
  careless: Carelessness = null,
  enough = Infinity,
): Promise<Sweep> {
  const findings: { seed: number; violation: string }[] = []
  let [committed, aborted, crashes] = [0, 0, 0]
  for (let seed = from; seed < from + seeds && findings.length < enough; seed++) {
    const history = await explore(seed, careless)
    committed += history.committed
    aborted += history.aborted
    crashes += history.crashes
    if (history.violation !== null) findings.push({ seed, violation: history.violation })
  }
  return { findings, committed, aborted, crashes }
}
