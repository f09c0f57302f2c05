import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '../support/wait-until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const start = join(root, 'examples/flights/start.ts')
const folder = mkdtempSync(join(tmpdir(), 'weir-npm-start-'))
after(() => rmSync(folder, { recursive: true, force: true }))

void test('a second npm start says in a sentence that one runs; what the last run left is removed, and that is said', async () => {
  const env = { ...process.env, WEIR_DATA: join(folder, 'data'), NO_COLOR: '1' }
  mkdirSync(env.WEIR_DATA)
  writeFileSync(join(env.WEIR_DATA, 'format.json'), '{"format": 1}')
  const first = spawn(process.execPath, [start, '--flights', '1000'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    let out = ''
    for (const stream of [first.stdout, first.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()))
    await waitUntil(
      'the flights are shown',
      () => {
        assert.equal(first.exitCode, null, out)
        return out.includes('Stop with Ctrl-C')
      },
      90_000,
    )
    assert.match(out, /What the last run left in .*data was removed/)
    const shown = /npm run (weir -- status --dir examples\/flights)/.exec(out)
    assert.ok(shown, out)
    const status = spawnSync('npm', ['run', '--silent', ...shown[1]!.split(' ')], { cwd: root, env, encoding: 'utf8' })
    assert.match(status.stdout, /^stream +flights +Active/m, status.stderr)
    const second = spawnSync(process.execPath, [start, '--flights', '1000'], { env, encoding: 'utf8' })
    assert.equal(second.status, 1)
    assert.match(
      second.stderr,
      /failed {2}Weir runs on .*data already \(process \d+, http:.*\)\. Stop it first.*\[WEIR-2001\]/,
    )
    assert.doesNotMatch(second.stderr, /\n +at /)
  } finally {
    first.kill('SIGTERM')
    await waitUntil('it has stopped', () => first.exitCode !== null || first.signalCode !== null, 30_000)
    // The note of where this start kept its data: nobody's any more.
    rmSync(join(root, 'examples/flights/.weir/data-directory'), { force: true })
  }
})

void test('the first install shows errors of npm, not its warnings of engines', () => {
  const checkout = join(folder, 'checkout')
  cpSync(join(root, 'scripts/run.mjs'), join(checkout, 'scripts/run.mjs'))
  writeFileSync(join(checkout, 'scripts/build-console.mjs'), 'export function buildConsoleWhenStale() {}')
  writeFileSync(join(checkout, 'package-lock.json'), '{}')
  mkdirSync(join(checkout, 'node_modules'))
  writeFileSync(join(checkout, 'npm.cjs'), `require('fs').writeFileSync('asked', process.argv.slice(2).join(' '))`)
  writeFileSync(join(checkout, 'program.mjs'), '')
  const env = { ...process.env, npm_execpath: join(checkout, 'npm.cjs') }
  const run = spawnSync(process.execPath, ['scripts/run.mjs', 'program.mjs'], { cwd: checkout, env, encoding: 'utf8' })
  assert.equal(run.status, 0, run.stderr)
  const asked = readFileSync(join(checkout, 'asked'), 'utf8')
  assert.match(asked, /^ci .*--loglevel=error/)
})
