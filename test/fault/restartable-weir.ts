import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/deadline.ts'
import { freePorts } from '../support/free-port.ts'
import { processesIn } from './process-tree.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))
const main = join(repository, 'src/cli/main.ts')

export interface WeirPorts {
  readonly kafka: number
  readonly postgres: number
  readonly http: number
}

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A project in a temporary folder, and the Weir on it: the same ports at each start, so that clients find it again. */
export interface RestartableWeir extends AsyncDisposable {
  readonly folder: string
  readonly ports: WeirPorts
  /** Starts `weir up`; resolves when it is ready. */
  start(): Promise<void>
  /** The supervisor's; throws when it does not run. */
  pid(): number
  /** Resolves when the supervisor is gone, however. */
  gone(): Promise<void>
  stop(): Promise<void>
  /** What the last start wrote to its error output. */
  errors(): string
  /** Runs another command of the CLI on this project. */
  command(...words: readonly string[]): Promise<CommandResult>
}

export interface WeirFolder {
  readonly project: string
  /** Where `.weir` lies instead: a small disk, for instance. */
  readonly dataDirectory?: string
  /** The port of the Kafka that the project names instead of Weir's own log. */
  readonly realKafkaPort?: number
}

export async function restartableWeir(name: string, options: WeirFolder): Promise<RestartableWeir> {
  const folder = mkdtempSync(join(tmpdir(), `weir-${name}-`))
  writeFileSync(join(folder, 'weir.config.ts'), options.project)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  const data = options.dataDirectory ?? join(folder, '.weir')
  const [free, postgres, http] = (await freePorts(3)) as [number, number, number]
  const { realKafkaPort } = options
  const ports: WeirPorts = { kafka: realKafkaPort ?? free, postgres, http }
  let running: ChildProcess | undefined
  let errors = ''

  const start = async (): Promise<void> => {
    errors = ''
    const portWords = Object.entries(ports)
      .filter(([kind]) => kind !== 'kafka' || realKafkaPort === undefined)
      .flatMap(([kind, port]) => [`--${kind}-port`, String(port)])
    const child = spawnWeir(['up', '--dir', folder, '--data', data, ...portWords])
    running = child
    child.stderr!.on('data', (chunk: Buffer) => (errors += chunk))
    child.stdout!.resume()
    const ended = new AbortController()
    child.once('exit', (code, signal) => ended.abort(`weir up ended with ${code ?? signal}: ${errors}`))
    await eventually(`weir up in ${folder}`, () => {
      if (ended.signal.aborted || endpointsOf(data)?.pid === child.pid) return true
      return undefined
    })
    if (ended.signal.aborted) throw new Error(String(ended.signal.reason))
  }
  const gone = async (): Promise<void> => {
    if (running !== undefined && running.exitCode === null && running.signalCode === null) await once(running, 'exit')
    running = undefined
  }
  return {
    folder,
    ports,
    start,
    gone,
    errors: () => errors,
    pid: () => {
      if (running?.pid === undefined) throw new Error(`no Weir runs in ${folder}`)
      return running.pid
    },
    stop: async () => {
      running?.kill('SIGTERM')
      await gone()
    },
    command: (...words) => runWeir([...words, '--dir', folder], data),
    async [Symbol.asyncDispose]() {
      running?.kill('SIGTERM')
      await gone()
      await eventually('children of a stopped Weir to end', () => (processesIn(folder).length === 0 ? true : undefined))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** One command to its end. */
export async function runWeir(words: readonly string[], data?: string): Promise<CommandResult> {
  const child = spawnWeir(words, data === undefined ? {} : { WEIR_DATA: data })
  let [stdout, stderr] = ['', '']
  child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk))
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

function spawnWeir(words: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
  // The parent watch is for `npm start`; here Weir lives as under nohup.
  const { WEIR_RUN_PARENT: _, ...inherited } = process.env
  const env = { ...inherited, NO_COLOR: '1', ...environment }
  return spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'], env })
}

function endpointsOf(data: string): { pid: number } | undefined {
  try {
    return JSON.parse(readFileSync(join(data, 'endpoints.json'), 'utf8')) as { pid: number }
  } catch {
    return undefined
  }
}
