import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isRunning, waitUntil } from '../support/wait-until.ts'

const root = new URL('../..', import.meta.url).pathname
const folders: string[] = []
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** A project of its own, and the command line that runs it on free ports. */
function project(): {
  readonly folder: string
  readonly up: readonly string[]
  readonly pid: () => number | undefined
} {
  const folder = mkdtempSync(join(tmpdir(), 'weir-npm-'))
  folders.push(folder)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(folder, 'weir.config.ts'),
    "import { defineProject } from 'weir-data'\nexport default defineProject({ name: 'n', resources: [] })\n",
  )
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const endpoints = join(folder, '.weir/endpoints.json')
  return {
    folder,
    up: ['up', '--dir', folder, '--kafka-port', '0', '--postgres-port', '0', '--http-port', '0'],
    pid: () =>
      existsSync(endpoints) ? (JSON.parse(readFileSync(endpoints, 'utf8')) as { pid: number }).pid : undefined,
  }
}

function childrenOf(pid: number): readonly number[] {
  const text = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
  return text.trim().split(/\s+/).filter(Boolean).map(Number)
}

for (const signal of ['SIGTERM', 'SIGKILL', 'SIGINT'] as const) {
  void test(`npm that ends by ${signal} leaves no process behind`, async () => {
    const { up, pid } = project()
    // A group of its own, as a terminal gives it: Ctrl-C is sent to all of the group, other signals to npm alone.
    const npm = spawn('npm', ['run', '--silent', 'weir', '--', ...up], { cwd: root, stdio: 'ignore', detached: true })
    const supervisor = await waitUntil('weir up is ready', pid, 60_000)
    const all = [supervisor, ...childrenOf(supervisor)]
    process.kill(signal === 'SIGINT' ? -npm.pid! : npm.pid!, signal)
    await waitUntil('all processes have ended', () => !all.some(isRunning))
  })
}

void test('a Weir started with nohup goes on when its shell has ended', async () => {
  const { up, pid } = project()
  const command = `nohup '${process.execPath}' '${join(root, 'src/cli/main.ts')}' ${up.join(' ')} > /dev/null 2>&1 &`
  const shell: ChildProcess = spawn('sh', ['-c', command], { stdio: 'ignore', detached: true })
  await new Promise((resolve) => shell.once('exit', resolve))
  const supervisor = await waitUntil('weir up is ready', pid, 60_000)
  assert.ok(isRunning(supervisor))
  const answer = await fetch(
    `${(JSON.parse(readFileSync(join(up[2]!, '.weir/endpoints.json'), 'utf8')) as { http: string }).http}/health`,
  )
  assert.equal(answer.status, 200)
  process.kill(supervisor, 'SIGTERM')
  await waitUntil('it has stopped', () => !isRunning(supervisor))
})
