import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WeirError } from '../../src/kernel/errors/weir-error.ts'
import { clearData } from './clear-data.ts'
import { readEndpoints, type Endpoints } from '../../src/platform/supervisor/endpoints.ts'

export const projectDirectory = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '')
const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface RunningWeir {
  readonly endpoints: Endpoints
  /** Resolves with the exit code when Weir has ended, for whatever reason. */
  readonly ended: Promise<number>
  stop(): Promise<void>
}

export interface WeirProcessOptions {
  readonly dataDirectory: string
  /** Keep what an earlier run left. */
  readonly keep: boolean
  /** Further options of `weir up`. */
  readonly options?: readonly string[]
}

/** Runs `weir up` on this project as a process of its own and waits until it is ready. */
export async function startWeirProcess({
  dataDirectory,
  keep,
  options = [],
}: WeirProcessOptions): Promise<RunningWeir> {
  const other = readEndpoints(dataDirectory)
  if (other)
    throw new WeirError(
      'WEIR-2001',
      `Weir runs on ${dataDirectory} already (process ${other.pid}, ${other.http}). Stop it first, or set WEIR_DATA to another folder`,
    )
  if (!keep) clearData(dataDirectory)
  const words = [cli, 'up', '--dir', projectDirectory, '--data', dataDirectory, '--json', ...options]
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, WEIR_RUN_PARENT: String(process.pid) },
  })
  const said: string[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  let exitCode: number | undefined
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve((exitCode = code ?? 1))))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  for (;;) {
    const endpoints = readEndpoints(dataDirectory)
    if (endpoints) return { endpoints, ended, stop }
    if (exitCode !== undefined) throw new Error(`weir up ended with ${exitCode}: ${said.join('').trim()}`)
    await pause(20)
  }
}

/** Beside the project unless `WEIR_DATA` says otherwise. */
export function defaultDataDirectory(): string {
  return process.env['WEIR_DATA'] ?? join(projectDirectory, '.weir')
}
