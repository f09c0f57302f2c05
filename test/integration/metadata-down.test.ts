import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '../support/postgres.ts'
import { startWeir } from '../support/running-weir.ts'
import { waitUntil } from '../support/wait-until.ts'

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

function status(folder: string): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, [cli, 'status', '--dir', folder], (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    ),
  )
}

void test('while the metadata database is down, Weir is not ready and says why, and status still shows the processes', async () => {
  const postgres = await startPostgres()
  try {
    await using weir = await startWeir(
      'metadata-down',
      `import { defineProject, stream } from 'weir-data'
export default defineProject({ name: 'p', metadata: '${postgres.url}', resources: [stream('orders', { value: 'json' })] })
`,
    )
    const ready = async () => {
      const answer = await fetch(`${weir.endpoints.http}/ready`)
      return { status: answer.status, ...((await answer.json()) as { ready: boolean; reasons: string[] }) }
    }
    await waitUntil('Weir is ready', async () => (await ready()).ready)
    assert.equal((await status(weir.folder)).code, 0)
    await postgres.stop()
    const reasons = await waitUntil('it is not ready', async () => {
      const { status: code, reasons: found } = await ready()
      return code === 503 && /metadata database at 127\.0\.0\.1/.test(found.join()) ? found : undefined
    })
    assert.match(reasons.join(), /does not answer/)
    const { code, out, err } = await status(weir.folder)
    assert.equal(code, 1, err)
    assert.match(out, /^log +ready/m)
    assert.match(out, /the metadata database at 127\.0\.0\.1:\d+\/postgres does not answer/)
  } finally {
    await postgres.stop()
  }
})
