import { explore } from './explore.ts'
import type { Rules } from './rules.ts'

export interface Finding {
  readonly seed: number
  readonly steps: number
  readonly violation: string
}

export interface Sweep {
  readonly seeds: number
  readonly findings: readonly Finding[]
  readonly commits: number
  readonly queries: number
}

/** Explores seeds [from, from + seeds), until enough violations were found. */
export function sweep(rules: Rules, from: number, seeds: number, enough = Infinity): Sweep {
  const findings: Finding[] = []
  let [commits, queries, seed] = [0, 0, from]
  for (; seed < from + seeds && findings.length < enough; seed++) {
    const found = explore(seed, rules)
    commits += found.commits
    queries += found.queries
    if (found.violation !== null) findings.push({ seed, steps: found.steps, violation: found.violation })
  }
  return { seeds: seed - from, findings, commits, queries }
}

/** The shortest history of each kind of violation, the most frequent first. */
export function byKind(findings: readonly Finding[]): readonly (Finding & { readonly times: number })[] {
  const kinds = Map.groupBy(findings, ({ violation }) => violation.replace(/[A-Z]?\d+(\/\d+)*/g, '#'))
  return [...kinds.values()]
    .map((same) => ({ ...same.toSorted((a, b) => a.steps - b.steps)[0]!, times: same.length }))
    .toSorted((a, b) => b.times - a.times)
}
