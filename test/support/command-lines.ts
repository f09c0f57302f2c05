import { spawnSync } from 'node:child_process'
import { writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { program } from '../../src/cli/program.ts'

export interface CommandAnswer {
  readonly code: number
  readonly out: string
  readonly err: string
}

const thisFile = fileURLToPath(import.meta.url)

/** What `weir` answers to each of these lines in this folder; one process for all of them, for its start is what takes time. */
export function runCommandLines(lines: readonly (readonly string[])[], folder: string): readonly CommandAnswer[] {
  const { stdout, stderr } = spawnSync(process.execPath, [thisFile, JSON.stringify(lines)], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as CommandAnswer[]
}

if (process.argv[1] === thisFile) {
  const answers: CommandAnswer[] = []
  for (const line of JSON.parse(process.argv[2]!) as string[][]) answers.push(await answerTo(line))
  writeSync(1, JSON.stringify(answers))
}

async function answerTo(line: readonly string[]): Promise<CommandAnswer> {
  const said = { out: '', err: '' }
  process.stdout.write = (chunk: string | Uint8Array) => ((said.out += String(chunk)), true)
  process.stderr.write = (chunk: string | Uint8Array) => ((said.err += String(chunk)), true)
  return { code: await program(line, resolve), ...said }
}
