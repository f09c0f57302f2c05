import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crawlerSchema } from '../../kinds/crawler/schema.ts'
import { isDue } from './due-crawl.ts'

const noon = Date.parse('2024-01-01T12:00:00Z')
const at = (minutesAgo: number) => ({ at: new Date(noon - minutesAgo * 60_000).toISOString() })

void test('a crawler is due once, then whenever the time of its schedule is over', () => {
  const hourly = { schedule: 'every hour' }
  assert.equal(isDue({ at: null }, {}, noon), true)
  assert.equal(isDue(at(9999), {}, noon), false)
  assert.equal(isDue({ at: null }, hourly, noon), true)
  assert.equal(isDue(at(59), hourly, noon), false)
  assert.equal(isDue(at(60), hourly, noon), true)
  assert.equal(isDue(at(15), { schedule: 'every 15 minutes' }, noon), true)
  // The clock was set back.
  assert.equal(isDue(at(-1), hourly, noon), true)
})

void test('a schedule that is none is refused with what it looks like', () => {
  const issueOf = (schedule: string) =>
    crawlerSchema.safeParse({ path: 'x', table: 'x', schedule }).error?.issues[0]?.message ?? 'taken'
  assert.equal(issueOf('every day'), 'taken')
  assert.equal(issueOf('every 2 weeks'), 'taken')
  for (const schedule of ['hourly', '1 hour', 'every', 'every fortnight', 'every 0 s'])
    assert.notEqual(issueOf(schedule), 'taken', schedule)
})
