import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** What `weir up` writes into `.weir/endpoints.json`. */
export interface Endpoints {
  readonly kafka: string
  readonly postgres: string
  readonly http: string
  readonly iceberg: string
  readonly pid: number
}

export interface RunningWeir extends AsyncDisposable {
  readonly endpoints: Endpoints
  readonly folder: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const emptyProject = `import { defineProject } from 'weir-data'
export default defineProject({ name: 'conformance', resources: [] })
`

/** A Weir on free ports over a project in a temporary folder, empty unless given; stopped and removed when disposed of. */
export async function startWeir(name: string, project = emptyProject): Promise<RunningWeir> {
  const folder = mkdtempSync(join(tmpdir(), `weir-${name}-`))
  writeProject(folder, project)
  const weir = await startWeirIn(folder)
  return {
    ...weir,
    async [Symbol.asyncDispose]() {
      await weir[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function writeProject(folder: string, project: string): void {
  writeFileSync(join(folder, 'weir.config.ts'), project)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
}

/** A Weir over the project of a folder; stopped when disposed of. `more` are words of the command line, after those for free ports. */
export async function startWeirIn(folder: string, more: readonly string[] = []): Promise<RunningWeir> {
  const args = ['up', '--dir', folder, '--kafka-port', '0', '--postgres-port', '0', '--http-port', '0', ...more]
  const file = join(folder, '.weir/endpoints.json')
  rmSync(file, { force: true })
  const weir = spawn(process.execPath, [join(root, 'src/cli/main.ts'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  // A test that fails before it can clean up leaves nothing running: the children end with their supervisor.
  process.once('exit', () => weir.kill('SIGKILL'))
  const deadline = Date.now() + 30_000
  while (!existsSync(file)) {
    if (weir.exitCode !== null || Date.now() > deadline) {
      // Left running it would keep the test file from ending.
      weir.kill('SIGKILL')
      throw new Error('weir up did not become ready')
    }
    await pause(50)
  }
  return {
    folder,
    endpoints: JSON.parse(readFileSync(file, 'utf8')) as Endpoints,
    async [Symbol.asyncDispose]() {
      weir.kill('SIGTERM')
      if (weir.exitCode === null) await once(weir, 'exit')
    },
  }
}
