import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { chosenSeed } from '../chosen-seed.ts'
import type { TortureOptions, TortureReport } from './torture.ts'

const timeout = 300_000

async function torture(options: TortureOptions): Promise<TortureReport> {
  const child = fork(new URL('torture-process.ts', import.meta.url), [JSON.stringify(options)])
  const gone = once(child, 'exit').then(() => assert.fail(`the torture of seed ${options.seed} ended without a report`))
  try {
    const [report] = (await Promise.race([once(child, 'message'), gone])) as [TortureReport]
    return report
  } finally {
    gone.catch(() => undefined)
    child.kill('SIGKILL')
  }
}

void test(
  'a log that is killed again and again, with torn tails, full disks, damage and a jumping clock, keeps what it promised',
  { timeout },
  async (context) => {
    const seed = chosenSeed(context)
    const { violations, mishaps, done } = await torture({ seed, kills: 15, aliveMs: 600, isEncrypted: seed % 2 === 0 })
    context.diagnostic(JSON.stringify({ ...mishaps, ...done }))
    assert.deepEqual(violations, [])
    for (const [what, count] of Object.entries({ ...mishaps, ...done, failedStarts: 1, killsAtStart: 1 }))
      assert.ok(count > 0, `nothing of this happened: ${what}`)
  },
)

void test('the same test sees a log that answers before it has synced', { timeout }, async (context) => {
  const { violations } = await torture({ seed: chosenSeed(context), kills: 4, aliveMs: 300, isCareless: true })
  assert.ok(
    violations.some(({ rule }) => rule === 'lost'),
    JSON.stringify(violations.slice(0, 10)),
  )
})
