import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenSeed } from '../../fault/chosen-seed.ts'
import { exploreGroups, histories } from './explore.ts'

const seeds = Number(process.env['WEIR_SEEDS'] ?? 100)

for (const [protocol, begin] of Object.entries(histories))
  void test(`${protocol} groups hold through lost answers, departures, changing topics, full disks and kills`, async (context) => {
    const total = await exploreGroups(begin, chosenSeed(context), seeds)
    context.diagnostic(JSON.stringify(total))
    for (const [what, count] of Object.entries(total)) assert.ok(count >= Math.min(seeds, 20), `${count} ${what}`)
  })
