import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Benchmark } from './benchmark.ts'
import { processTree, proportionalBytes } from './process-usage.ts'

const root = new URL('..', import.meta.url).pathname
const idle = `import { defineProject, stream } from 'weir-data'
export default defineProject({ name: 'idle', resources: [stream('events', {})] })
`
const delivering = `import { defineProject, delivery, stream, table } from 'weir-data'
const events = stream('events', {})
const rows = table('events', { columns: { id: 'long' } })
export default defineProject({ name: 'idle', resources: [events, rows, delivery('load', { from: events, to: rows })] })
`

export const startup: Benchmark = {
  name: 'startup',
  question: 'how long until weir up is ready, and what does it cost while nothing happens?',
  async run({ pairs }) {
    const plain = { seconds: [] as number[], megabytes: [] as number[] }
    const busy = { seconds: [] as number[], megabytes: [] as number[] }
    for (let pair = 0; pair < pairs; pair++) {
      for (const [project, into] of [
        [idle, plain],
        [delivering, busy],
      ] as const) {
        const { seconds, megabytes } = await startOnce(project)
        into.seconds.push(seconds)
        into.megabytes.push(megabytes)
      }
    }
    const none = { reference: [], referenceName: 'a bound' }
    return [
      {
        name: 'cold start, stream',
        unit: 's',
        ours: plain.seconds,
        ...none,
        bar: { kind: 'bound', at: 'most', value: 3, text: 'at most 3 s' },
      },
      {
        name: 'idle memory, stream',
        unit: 'MB',
        ours: plain.megabytes,
        ...none,
        bar: { kind: 'bound', at: 'most', value: 250, text: 'at most 250 MB' },
      },
      {
        name: 'cold start, with a delivery',
        unit: 's',
        ours: busy.seconds,
        ...none,
        bar: { kind: 'bound', at: 'most', value: 3, text: 'at most 3 s' },
      },
      {
        name: 'idle memory, with a delivery',
        unit: 'MB',
        ours: busy.megabytes,
        ...none,
        bar: { kind: 'bound', at: 'most', value: 400, text: 'at most 400 MB' },
      },
    ]
  },
}

async function startOnce(project: string): Promise<{ seconds: number; megabytes: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-startup-'))
  writeFileSync(join(folder, 'weir.config.ts'), project)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const started = performance.now()
  const args = ['up', '--dir', folder, '--kafka-port', '0', '--postgres-port', '0', '--http-port', '0']
  const weir = spawn(process.execPath, [join(root, 'src/cli/main.ts'), ...args], { stdio: 'ignore' })
  try {
    while (!existsSync(join(folder, '.weir/endpoints.json'))) {
      if (weir.exitCode !== null || performance.now() - started > 60_000)
        throw new Error('weir up did not become ready')
      await pause(5)
    }
    const seconds = (performance.now() - started) / 1000
    // Idle is what remains once the work of starting has been collected.
    await pause(5000)
    const bytes = processTree(weir.pid!).reduce((sum, pid) => sum + proportionalBytes(pid), 0)
    return { seconds, megabytes: bytes / 1e6 }
  } finally {
    weir.kill('SIGTERM')
    if (weir.exitCode === null) await once(weir, 'exit')
    rmSync(folder, { recursive: true, force: true })
  }
}
