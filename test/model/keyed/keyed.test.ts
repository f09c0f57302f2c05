import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../support/seeded-random.ts'
import { keyedRuleNames, keyedRulesWithout, keyedRuleTexts, type KeyedRules } from './rules.ts'
import { KeyedWorld } from './world.ts'

const stepsMax = 150

/** The first seed whose history breaks an invariant, and how. */
function explore(rules: KeyedRules, seeds: number) {
  const total = { commits: 0, queries: 0 }
  for (let seed = 1; seed <= seeds; seed++) {
    const world = new KeyedWorld(seededRandom(seed), rules)
    for (let step = 0; step < stepsMax; step++) {
      const trouble = world.step()
      if (trouble !== undefined) return { ...total, finding: `seed ${seed}, step ${step}: ${trouble}` }
    }
    total.commits += world.commits
    total.queries += world.queries
  }
  return { ...total, finding: undefined }
}

void test('with all rules of keyed tables in force 3,000 histories break no invariant', () => {
  const { finding, commits, queries } = explore(keyedRulesWithout(), 3000)
  assert.equal(finding, undefined)
  assert.ok(commits > 10_000 && queries > 30_000, `${commits} commits, ${queries} queries`)
})

for (const name of keyedRuleNames)
  void test(`without "${keyedRuleTexts[name]}" an invariant breaks`, () => {
    assert.notEqual(explore(keyedRulesWithout(name), 500).finding, undefined)
  })
