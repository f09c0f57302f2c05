import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const secrets = { WEIR_TOKEN: 'a-token', WEIR_PASSWORD: 'p@ss/w:rd%41' }

void describe('commands on a Weir that asks for a token and a password', () => {
  let weir: RunningWeir
  before(async () => {
    Object.assign(process.env, secrets)
    weir = await startWeir('asked')
    for (const name of Object.keys(secrets)) delete process.env[name]
  })
  after(() => weir[Symbol.asyncDispose]())

  function run(words: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number; out: string; err: string }> {
    return new Promise((resolve) => {
      const options = { env: { ...process.env, ...env } }
      execFile(process.execPath, [cli, ...words, '--dir', weir.folder], options, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err }),
      )
    })
  }

  void test('take them from the environment', async () => {
    const asked = await run(['sql', 'select 40 + 2 as answer'], secrets)
    assert.match(asked.out, /answer\n +42/, asked.err)
    const status = await run(['status'], secrets)
    assert.match(status.out, /^supervisor +ready/m, status.err)
  })

  void test('say which variable is missing or wrong', async () => {
    const refusals = [
      [['sql', 'select 1'], {}, /asks for a password\. Set WEIR_PASSWORD as where weir up was started.*WEIR-6009/],
      [
        ['sql', 'select 1'],
        { WEIR_PASSWORD: 'x' },
        /password authentication failed for user "weir".*Administrators have WEIR_PASSWORD.*WEIR-6009/,
      ],
      [['status'], {}, /asks for a token\. Set WEIR_TOKEN as where weir up was started.*WEIR-7008/],
      [['worker', '--join', weir.endpoints.http], {}, /asks for a token\. Set WEIR_TOKEN.*WEIR-7008/],
      [['status'], { WEIR_TOKEN: 'x' }, /has another token than WEIR_TOKEN here.*WEIR-7008/],
    ] as const
    for (const [words, env, said] of refusals) {
      const { code, err } = await run(words, env)
      assert.equal(code, 1, err)
      assert.match(err, said)
    }
  })
})
