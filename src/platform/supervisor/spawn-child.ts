import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openChannel, type Channel, type Methods } from '../../kernel/channel.ts'
import { portOfChild } from '../../kernel/child-port.ts'
import { logNodeOptions } from '../../stream/broker/memory-limits.ts'

export interface ChildOptions {
  /** As in `weir logs` and `weir status`. */
  readonly name: string
  readonly program: 'log' | 'delivery' | 'engine' | 'operator' | 'writer'
  /** What the child may ask of us. */
  readonly local?: Methods
  /** Each line that it writes, JSON or not. */
  readonly onLine: (line: string) => void
}

export interface SpawnedChild<Remote extends Methods> {
  /** 0 for a process of another machine. */
  readonly pid: number
  readonly channel: Channel<Remote>
  /** Resolves when the process is gone, with how. */
  readonly exited: Promise<ChildExit>
  kill(): void
}

export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

// Sources run as they are, the published package runs what was compiled: the children follow this file.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

/** How a child comes to be: here, or where somebody else runs it. */
export type SpawnChild = <Remote extends Methods>(options: ChildOptions) => SpawnedChild<Remote>

/** Starts one of our own programs; it answers on its channel and ends when the channel closes. */
export function spawnChild<Remote extends Methods>(options: ChildOptions): SpawnedChild<Remote> {
  const entry = fileURLToPath(new URL(`../children/${options.program}.${extension}`, import.meta.url))
  const child = spawn(process.execPath, [...nodeOptions, ...(options.program === 'log' ? logNodeOptions : []), entry], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...(options.program === 'engine' ? { env: { ...process.env, UV_THREADPOOL_SIZE: String(engineThreads) } } : {}),
  })
  for (const output of [child.stdout!, child.stderr!]) createInterface({ input: output }).on('line', options.onLine)
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', (error) => {
      options.onLine(`${options.name} could not be started: ${error.message}`)
      resolve({ code: 1, signal: null })
    })
  })
  return {
    pid: child.pid ?? 0,
    channel: openChannel<Remote>(portOfChild(child), options.local ?? {}),
    exited,
    kill: () => void child.kill('SIGKILL'),
  }
}

/**
 * Each statement that runs holds a thread of Node's pool until its next rows are there: with the four of the default, four long ones would keep
 * every other from beginning. More than the port takes clients.
 */
const engineThreads = 128

// The IPC of a child is small JSON; the warning about type stripping is noise in its log.
const nodeOptions = ['--disable-warning=ExperimentalWarning']
