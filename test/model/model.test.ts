import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ruleNames, rulesWithout, ruleTexts, type RuleName } from './rules.ts'
import { sweep } from './sweep.ts'

/** Rules that another rule covers for: both are taken away, for alone they only save work. */
const coveredBy: Partial<Record<RuleName, RuleName>> = {
  unknownIsRead: 'freshFiles',
  outcomeById: 'workersKeep',
  tailsFirst: 'baseChecked',
}

/** Where to look for the rare ones. When the model changes: `node test/model/run.ts --each --seeds 100000`. */
const rare: Partial<Record<RuleName, number>> = {
  freshFiles: 27477,
  replayCompares: 1600,
  rewriteKeepsNearest: 3400,
  tailOfOwner: 2900,
}

void test('with all rules in force 1,000 histories break no invariant', () => {
  const { findings, seeds, commits, queries } = sweep(rulesWithout(), 1, 1000)
  assert.deepEqual(findings, [])
  assert.equal(seeds, 1000)
  // Histories in which nothing happens would prove nothing.
  assert.ok(commits > 3 * seeds && queries > 5 * seeds, `${commits} commits, ${queries} queries`)
})

for (const name of ruleNames) {
  void test(`without "${ruleTexts[name]}" an invariant breaks`, () => {
    const cover = coveredBy[name]
    const rules = rulesWithout(name, ...(cover === undefined ? [] : [cover]))
    const { findings } = sweep(rules, rare[name] ?? 1, 3000, 1)
    assert.equal(findings.length, 1, `${name} taken away, nothing breaks: it is covered by another rule, or rare`)
  })
}
