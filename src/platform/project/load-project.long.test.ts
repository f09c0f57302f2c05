import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isRunning, waitUntil } from '../../../test/support/wait-until.ts'
import { loadProject } from './load-project.ts'

const head = `import { defineProject, stream } from 'weir-data'\n`

void test('a project comes from a process of its own, with places relative to its folder', async () => {
  const text = `${head}export default defineProject({ name: 'p', resources: [stream('a')],\n  environments: { production: { ports: { http: 1 } } } })`
  const { name, resources, environment, settings } = await load(text, 'production')
  assert.deepEqual(
    [name, environment, settings.ports, resources[0]?.at],
    ['p', 'production', { http: 1 }, 'weir.config.ts:2:55'],
  )
})

void test('what is wrong with a project is an error here, with its place', async () => {
  await assert.rejects(load(`${head}stream('a', { partition: 1 })`), {
    code: 'WEIR-1004',
    message: /Did you mean partitions/,
    at: 'weir.config.ts:2:15',
  })
})

void test('a project that ends its process is an error, with what it ended', async () => {
  await assert.rejects(load(`${head}process.exit(3)`), { code: 'WEIR-1002', message: /ended with 3/ })
})

void test('a project that never ends is ended after a time, and its file is named', async () => {
  const endless = load('for (;;);', undefined, 1_000)
  await assert.rejects(endless, { code: 'WEIR-1002', message: /weir\.config\.ts did not export a project within 1 s/ })
})

void test(
  'a project that never ends does not outlive who loads it, however that ends',
  { timeout: 60_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-endless-'))
    try {
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
      writeFileSync(
        join(folder, 'weir.config.ts'),
        `import { writeFileSync } from 'node:fs'\nwriteFileSync('pid', String(process.pid))\nfor (;;);`,
      )
      const program = new URL('load-project.ts', import.meta.url).href
      const load = `import { loadProject } from '${program}'; await loadProject('${folder}')`
      for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
        rmSync(join(folder, 'pid'), { force: true })
        const parent = spawn(process.execPath, ['--input-type=module', '-e', load], { stdio: 'ignore' })
        const pid = await waitUntil('the project to run', () => {
          const text = existsSync(join(folder, 'pid')) ? readFileSync(join(folder, 'pid'), 'utf8') : ''
          return Number(text)
        })
        parent.kill(signal)
        await waitUntil(`the project to end after ${signal}`, () => !isRunning(pid))
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

void test('a folder without a project says so', async () => {
  await assert.rejects(loadProject(tmpdir()), { code: 'WEIR-1001', message: /weir init/ })
})

async function load(text: string, environment?: string, timeoutMs?: number): ReturnType<typeof loadProject> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-project-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(join(folder, 'weir.config.ts'), text)
    return await loadProject(folder, {
      ...(environment === undefined ? {} : { environment }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
