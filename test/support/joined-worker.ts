import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connectApi } from '../../src/cli/weir-client.ts'
import { eventually } from './deadline.ts'
import { waitUntil } from './wait-until.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface JoinedWorkerProcess extends AsyncDisposable {
  readonly pid: number
  /** What it said so far. */
  said(): string
  /** Resolves with its exit code, null when a signal ended it. */
  readonly ended: Promise<number | null>
  kill(signal: NodeJS.Signals): void
}

export interface JoinedWorkerWishes {
  readonly environment?: Readonly<Record<string, string>>
  /** Words in front of the command: another name space, for instance. */
  readonly within?: readonly string[]
}

/** `weir worker` as a process of its own; resolves when it has said something. */
export async function startJoinedWorker(
  address: string,
  name: string,
  { environment = {}, within = [] }: JoinedWorkerWishes = {},
): Promise<JoinedWorkerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-worker-'))
  const { WEIR_RUN_PARENT: _, ...inherited } = process.env
  const words = [...within, process.execPath, main, 'worker', '--join', address, '--name', name, '--dir', folder]
  const child: ChildProcess = spawn(words[0]!, words.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...inherited, NO_COLOR: '1', ...environment },
  })
  let said = ''
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  await waitUntil('the worker to say something', () => said !== '' || child.exitCode !== null, 30_000)
  return {
    pid: child.pid!,
    said: () => said,
    ended,
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface ProcessState {
  readonly name: string
  readonly state: string
}

/** Waits until each of them has a share of the delivery: its process there is ready. */
export async function sharedByJoined(address: string, delivery: string, names: readonly string[]): Promise<void> {
  await eventually(
    `${delivery} to be shared by ${names.join(' and ')}`,
    async () => {
      const { processes } = await connectApi(address).call<{ processes: readonly ProcessState[] }>(
        'GET',
        '/api/v1/status',
      )
      const ready = processes.filter(({ state }) => state === 'ready').map(({ name }) => name)
      if (names.every((name) => ready.includes(`delivery-${delivery}@${name}`))) return true
      throw new Error(JSON.stringify(processes))
    },
    120_000,
  )
}
