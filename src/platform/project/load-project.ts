import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { catalogue, type ErrorCode } from '../../kernel/errors/catalogue.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Project } from './project.ts'

const timeoutMsDefault = 30_000

export interface LoadOptions {
  readonly environment?: string
  /** How long the project may take; 30 s without it. */
  readonly timeoutMs?: number
}

/** What the child writes, as one line of JSON on its file descriptor 3. */
export type LoadAnswer =
  | { readonly project: Project }
  | {
      readonly error: {
        readonly code: string
        readonly message: string
        readonly at?: string
        readonly details: Readonly<Record<string, unknown>>
      }
    }

/**
 * Imports the project file (`weir.config.ts` of a folder) in a process of its own: each load sees the files as they are now, and a project that crashes
 * or never ends takes nobody with it. What the project prints goes to standard error. WEIR-1001 when there is none,
 * WEIR-1002 when it does not load, else what is wrong with what it declares; errors carry file, line and column.
 */
export async function loadProject(
  place: string,
  { environment, timeoutMs = timeoutMsDefault }: LoadOptions = {},
): Promise<Project> {
  const path = /\.[cm]?[jt]s$/.test(place) ? resolve(place) : join(resolve(place), 'weir.config.ts')
  if (!existsSync(path)) throw new WeirError('WEIR-1001', `there is no ${path}. Run weir init, or use --dir`)
  const answer = await runChild(path, environment, timeoutMs)
  if ('project' in answer) return answer.project
  const { code, message, at, details } = answer.error
  throw new WeirError((code in catalogue ? code : 'WEIR-1002') as ErrorCode, message, {
    details,
    ...(at === undefined ? {} : { at }),
  })
}

/** TypeScript in the checkout, JavaScript in the published package. */
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const childProgram = fileURLToPath(new URL(`load-project-child.${extension}`, import.meta.url))

async function runChild(path: string, environment: string | undefined, timeoutMs: number): Promise<LoadAnswer> {
  const words = [childProgram, path, String(process.pid), ...(environment === undefined ? [] : [environment])]
  const child = spawn(process.execPath, words, {
    cwd: dirname(path),
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  })
  const [said, answered] = [collect(child.stderr!), collect(child.stdio[3] as NodeJS.ReadableStream)]
  const kill = (): void => void child.kill('SIGKILL')
  let isLate = false
  const timer = setTimeout(() => ((isLate = true), kill()), timeoutMs)
  // A project that never ends must not go on when this process does.
  process.once('exit', kill)
  const code = await new Promise<number | null>((done, fail) => child.once('close', done).once('error', fail))
  clearTimeout(timer)
  process.removeListener('exit', kill)
  const text = answered()
  if (text !== '') return JSON.parse(text) as LoadAnswer
  const why = isLate
    ? `did not export a project within ${timeoutMs / 1000} s. Look for what never ends in it, or in what it imports`
    : child.signalCode === null
      ? `ended with ${code} instead of exporting a project`
      : `was ended by ${child.signalCode} before it exported a project`
  const output = said().trim().slice(-2000)
  throw new WeirError('WEIR-1002', `${path} ${why}${output === '' ? '' : `: ${output}`}`)
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}
