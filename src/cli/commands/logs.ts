import { existsSync, readdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import colors from '../colors.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Command, Output } from '../command.ts'
import { numberOption } from '../number-option.ts'
import { dataDirectoryOf } from '../../platform/project/data-place.ts'

const tailBytes = 4_000_000

export const logs: Command = {
  name: 'logs',
  summary: 'show what the processes of Weir have logged, the newest last',
  arguments: [
    { name: 'process', description: 'supervisor, log, engine, or a delivery; all without it', required: false },
  ],
  options: [
    { flags: '-n, --lines <count>', description: 'how many lines', default: '100' },
    { flags: '-f, --follow', description: 'go on with what is logged from now on' },
  ],
  examples: ['weir logs log -n 20', 'weir logs --follow'],
  async run({ arguments: [wanted], options, output, directory }) {
    const folder = join(dataDirectoryOf(directory), 'logs')
    const processes = processesIn(folder)
    if (processes.length === 0)
      throw new WeirError('WEIR-2007', `nothing was logged under ${folder}: Weir has not run on this project yet`)
    const filesShown = (): string[] =>
      processesIn(folder)
        .filter((name) => wanted === undefined || isOf(name, wanted))
        .map((name) => join(folder, `${name}.log`))
    const files = filesShown()
    if (files.length === 0)
      throw new WeirError('WEIR-2009', `no process "${wanted}" has logged; there are ${processes.join(', ')}`)
    const tails = await Promise.all(files.map(lastLines))
    const lines = tails.flat().toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)))
    // As with tail, -n 0 shows none of what was, and with --follow what comes.
    const count = numberOption('--lines', options['lines']) ?? 100
    for (const line of lines.slice(Math.max(0, lines.length - count))) show(line, output)
    if (options['follow'] === true) await follow(filesShown, output)
  },
}

/** All workers of a delivery have its name: several of its own, and those that joined. */
function isOf(process: string, wanted: string): boolean {
  const ofDelivery = `delivery-${wanted}`
  if (process === wanted || process === ofDelivery || process.startsWith(`${wanted}-`)) return true
  return process.startsWith(ofDelivery) && /^(-\d+|@.+)$/.test(process.slice(ofDelivery.length))
}

function processesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => name.slice(0, -'.log'.length))
    .toSorted()
}

async function lastLines(path: string): Promise<string[]> {
  const { text, from } = await readFrom(path, -tailBytes)
  const lines = text.split('\n').filter(Boolean)
  return from > 0 ? lines.slice(1) : lines
}

interface Read {
  readonly text: string
  readonly from: number
  readonly end: number
}

/** From a position on; a negative one counts from the end. */
async function readFrom(path: string, position: number): Promise<Read> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    // In the middle of a rotation.
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!file) return { text: '', from: 0, end: 0 }
  try {
    const { size } = await file.stat()
    // A file that got shorter was rotated: its successor is read from the start.
    const from = position < 0 ? Math.max(0, size + position) : position > size ? 0 : position
    const bytes = Buffer.alloc(size - from)
    await file.read(bytes, 0, bytes.length, from)
    return { text: bytes.toString(), from, end: size }
  } finally {
    await file.close()
  }
}

/** For ever; the file of a process that begins to log is read from its start. */
async function follow(files: () => readonly string[], output: Output): Promise<never> {
  const places = new Map(
    await Promise.all(files().map(async (path) => [path, (await readFrom(path, -1)).end] as const)),
  )
  for (;;) {
    await pause(250)
    for (const path of files()) {
      const { text, from } = await readFrom(path, places.get(path) ?? 0)
      const whole = text.slice(0, text.lastIndexOf('\n') + 1)
      for (const line of whole.split('\n').filter(Boolean)) show(line, output)
      places.set(path, from + Buffer.byteLength(whole))
    }
  }
}

function timeOf(line: string): string {
  return /"time":"([^"]+)"/.exec(line)?.[1] ?? ''
}

const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

function show(line: string, output: Output): void {
  output.answer(parsed(line), () => {
    const { time = '', level = 0, process = '', msg = line, pid: _pid, hostname: _hostname, ...rest } = parsed(line)
    const name = (levels[level] ?? '').padEnd(5)
    const painted = level >= 50 ? colors.red(name) : level >= 40 ? colors.yellow(name) : name
    const extra = Object.keys(rest).length > 0 ? colors.dim(` ${JSON.stringify(rest)}`) : ''
    return `${colors.dim(time)} ${painted} ${process}  ${msg}${extra}`
  })
}

interface LogLine extends Record<string, unknown> {
  readonly time?: string
  readonly level?: number
  readonly process?: string
  readonly msg?: string
}

function parsed(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine
  } catch {
    return { msg: line }
  }
}
