// `npm run check`: what must hold at each commit, in under a minute. Prints the largest files and functions, to look at.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { largest } from './largest.ts'

const bin = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url))
const fix = process.argv.includes('--fix')
const staticOnly = process.argv.includes('--static')

const steps: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'format', command: [`${bin}oxfmt`, ...(fix ? [] : ['--check']), '.'] },
  { name: 'types', command: [`${bin}tsc`, '--noEmit'] },
  { name: 'console types', command: [`${bin}tsc`, '--noEmit', '-p', 'console'] },
  { name: 'lint', command: [`${bin}oxlint`, ...(fix ? ['--fix'] : [])] },
  { name: 'dead code', command: [`${bin}knip`] },
  ...(staticOnly ? [] : [{ name: 'unit tests', command: [process.execPath, 'tools/test.ts', 'unit'] }]),
]

const failed: string[] = []
for (const { name, command } of steps) {
  const started = performance.now()
  const { code, output } = await capture(command)
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name}  ${((performance.now() - started) / 1000).toFixed(1)} s`)
  if (code === 0) continue
  failed.push(name)
  console.log(output)
}
console.log(largest())
if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0

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
