// `npm run check`: what must hold at each commit, in under a minute. Prints the largest files and functions, to look at.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { largest } from './largest.ts'
import { toolOptions } from './tool-options.ts'

const bin = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url))
const command = toolOptions('check', 'What must hold at each commit, in under a minute.')
  .option('--fix', 'mends format and lint where it can', false)
  .option('--static', 'without the unit tests', false)
  .parse()
const { fix, static: staticOnly } = command.opts<{ fix: boolean; static: boolean }>()

interface Step {
  readonly name: string
  readonly command: readonly string[]
}

const typesCache = (name: string): readonly string[] => [
  '--incremental',
  '--tsBuildInfoFile',
  `node_modules/.cache/${name}`,
]
const staticSteps: readonly Step[] = [
  { name: 'format', command: [`${bin}oxfmt`, ...(fix ? [] : ['--check']), '.'] },
  { name: 'types', command: [`${bin}tsc`, '--noEmit', ...typesCache('types.tsbuildinfo')] },
  { name: 'console types', command: [`${bin}tsc`, '--noEmit', '-p', 'console', ...typesCache('console.tsbuildinfo')] },
  { name: 'lint', command: [`${bin}oxlint`, ...(fix ? ['--fix'] : [])] },
  { name: 'dead code', command: [`${bin}knip`] },
]
const unitTests: Step = { name: 'unit tests', command: [process.execPath, 'tools/test.ts', '--brief', 'unit'] }

const started = performance.now()
const failed: string[] = []
// Tests wait for disks and timers, and leave room for the rest beside them.
await Promise.all([inTurn(staticSteps), inTurn(staticOnly ? [] : [unitTests])])
console.log(largest())
console.log(`checked in ${secondsSince(started)} s`)
if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0

async function inTurn(steps: readonly Step[]): Promise<void> {
  for (const { name, command } of steps) {
    const began = performance.now()
    const { code, output } = await capture(command)
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name}  ${secondsSince(began)} s`)
    if (code === 0) continue
    failed.push(name)
    console.log(output)
  }
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1)
}

function capture([file, ...args]: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file!, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
