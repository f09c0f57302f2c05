import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../support/deadline.ts'
import { restartableWeir } from './restartable-weir.ts'

const project = `import { defineProject, stream } from 'weir-data'
export default defineProject({ name: 'frozen', resources: [stream('values')] })
`

void test(
  'a log that is there and does not answer: not ready, and the commands say so until it goes on',
  { timeout: 90_000 },
  async () => {
    await using weir = await restartableWeir('frozen', { project })
    await weir.start()
    const ready = (): Promise<Response> => fetch(`http://127.0.0.1:${weir.ports.http}/ready`)
    assert.equal((await ready()).status, 200)
    const { processes } = JSON.parse((await weir.command('status', '--json')).stdout) as {
      processes: readonly { readonly name: string; readonly pid: number }[]
    }
    const { pid } = processes.find(({ name }) => name === 'log')!
    process.kill(pid, 'SIGSTOP')
    try {
      const frozen = await ready()
      assert.equal(frozen.status, 503)
      assert.match(await frozen.text(), /the log has not answered within 2 s/)
      assert.match((await weir.command('status')).stdout, /the log has not answered within 2 s/)
      const doctor = await weir.command('doctor')
      assert.deepEqual(
        [doctor.code, /✗ warning +the log has not answered/.test(doctor.stdout)],
        [4, true],
        doctor.stdout,
      )
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await eventually('it to be ready again', async () => (await ready()).status === 200 || undefined)
    assert.equal((await weir.command('doctor')).code, 0)
  },
)
