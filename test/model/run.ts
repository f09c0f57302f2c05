// Explores the model of delivery.
//   node test/model/run.ts --seeds 20000                    all rules in force: must show nothing
//   node test/model/run.ts --seeds 3000 --without RULE,…    rules taken away: must show a violation
//   node test/model/run.ts --each --seeds 5000              every rule taken away in turn
//   node test/model/run.ts --seed N --trace [--without …]   one history, step by step
//   node test/model/run.ts --rules                          the rules
import { parseArgs } from 'node:util'
import { explore } from './explore.ts'
import { isRule, ruleNames, ruleTexts, rulesWithout, type RuleName } from './rules.ts'
import { byKind, sweep } from './sweep.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    without: { type: 'string', default: '' },
    each: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    rules: { type: 'boolean', default: false },
  },
})
const away = values.without.split(',').filter((name) => name !== '')
const unknown = away.find((name) => !isRule(name))
if (unknown !== undefined) throw new Error(`no rule ${unknown}; the rules are ${ruleNames.join(' ')}`)
const without = away.filter(isRule)
const [seeds, from] = [Number(values.seeds), Number(values.from)]

if (values.rules) printRules()
else if (values.seed !== undefined) process.exitCode = showOne(Number(values.seed))
else if (values.each) process.exitCode = takeEachAway()
else process.exitCode = sweepAll()

function printRules(): void {
  for (const name of ruleNames) console.log(`${name.padEnd(18)} ${ruleTexts[name]}`)
}

function showOne(seed: number): number {
  const { violation, steps } = explore(seed, rulesWithout(...without), values.trace ? console.log : null)
  console.log(`seed ${seed}: ${violation === null ? 'holds' : `${violation} (step ${steps})`}`)
  return violation === null ? 0 : 1
}

function takeEachAway(): number {
  let silent = 0
  for (const name of ruleNames) {
    const taken: readonly RuleName[] = [...without, name]
    const { findings, seeds: tried } = sweep(rulesWithout(...taken), from, seeds, 10)
    const [first] = findings.toSorted((a, b) => a.steps - b.steps)
    if (first === undefined) silent++
    const found = first === undefined ? 'NO VIOLATION' : `seed ${first.seed}, step ${first.steps}: ${first.violation}`
    console.log(`${name.padEnd(18)} ${findings.length} in ${tried} seeds; ${found}`)
  }
  return silent
}

function sweepAll(): number {
  const started = performance.now()
  const found = sweep(rulesWithout(...without), from, seeds)
  for (const { times, seed, steps, violation } of byKind(found.findings)) {
    console.log(`${String(times).padStart(6)} x, for one --seed ${seed} (${steps} steps): ${violation}`)
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const { commits, queries, findings } = found
  console.log(
    `${found.seeds} seeds, ${findings.length} with a violation, ${commits} commits, ${queries} queries, ${seconds} s`,
  )
  return findings.length > 0 ? 1 : 0
}
