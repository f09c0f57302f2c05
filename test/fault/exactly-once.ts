import assert from 'node:assert/strict'
import { eventually } from '../support/deadline.ts'
import type { RestartableWeir } from './restartable-weir.ts'
import { timesById } from './sql-of.ts'
import type { Outcome } from './unique-values.ts'

/** Every acknowledged value is in the table exactly once, no other one twice, and none that nobody sent. */
export async function checkExactlyOnce(
  weir: RestartableWeir,
  table: string,
  { acknowledged, sent }: Outcome,
): Promise<void> {
  const found = await eventually(
    `${acknowledged.size} acknowledged values in ${table}`,
    async () => {
      const times = await timesById(weir, table)
      const missing = [...acknowledged].filter((id) => !times.has(id))
      if (missing.length > 0) throw new Error(`${missing.length} are missing, the first is ${missing[0]}`)
      return times
    },
    60_000,
  )
  for (const [id, times] of found) {
    assert.equal(times, 1, `value ${id} is there ${times} times`)
    assert.ok(sent.has(id), `value ${id} was never sent`)
  }
}

/** `weir verify` says yes. While a process comes back it may not answer yet, but it must never say no. */
export async function verifies(weir: RestartableWeir): Promise<void> {
  const verdict = await eventually(
    'an answer of weir verify',
    async () => {
      const { code, stdout, stderr } = await weir.command('verify', '--json')
      if (code === 0 || /"verdict":\s*"no"/.test(stdout)) return { code, stdout }
      throw new Error(`it ended with ${code}: ${stdout}${stderr}`)
    },
    60_000,
  )
  assert.equal(verdict.code, 0, `weir verify says no: ${verdict.stdout}`)
}
