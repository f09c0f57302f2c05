import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const root = new URL('../..', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'weir-first-run-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A clone in which nothing was installed. */
function clone(name: string): string {
  const copy = join(folder, name)
  for (const path of ['bin', 'scripts', 'package.json', 'package-lock.json'])
    cpSync(join(root, path), join(copy, path), { recursive: true })
  mkdirSync(join(copy, 'src/cli'), { recursive: true })
  writeFileSync(join(copy, 'src/cli/main.ts'), "import 'commander'\n")
  return copy
}

void test('weir without its packages names one, and says how to install them', () => {
  const copy = clone('bare')
  const { status, stderr } = spawnSync(process.execPath, [join(copy, 'bin/weir.mjs'), 'status'], { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.equal(stderr, `weir lacks the package commander, which is installed with it. Run npm ci in ${copy}/\n`)
})

void test('an installation that fails is said in a line behind what npm says, and without a stack of ours', () => {
  const copy = clone('offline')
  const env = {
    ...process.env,
    npm_config_registry: 'http://127.0.0.1:1/',
    npm_config_cache: join(folder, 'cache'),
    npm_config_fetch_retries: '0',
  }
  const words = [join(copy, 'scripts/run.mjs'), 'src/cli/main.ts']
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: copy, env, encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stderr, /npm error.*ECONNREFUSED[\s\S]*\nnpm ci did not end well, for the reason above\. Run the same/)
  assert.doesNotMatch(stderr, /at installWhatTheLockNames|Node\.js v/)
})
