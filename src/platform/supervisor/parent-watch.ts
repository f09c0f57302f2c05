import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isAlive } from './endpoints.ts'

const intervalMs = 250
/** npm, its shell, scripts/run.mjs, and what that runs. */
const generationsMax = 6

/**
 * Calls `onGone` once a process that this one was started by has gone: npm and npx die of a signal without a word to what
 * they run, and a shell between us and them outlives them. Only where scripts/run.mjs is among them (`WEIR_RUN_PARENT` is
 * then set), and only up to npm: a Weir that was started by hand, by nohup or by systemd stays when its shell goes.
 */
export function watchParent(onGone: () => void): void {
  if (process.env['WEIR_RUN_PARENT'] === undefined) return
  const ancestors = ancestorsUpToNpm()
  const timer = setInterval(() => {
    if (ancestors.every(isStillThere)) return
    clearInterval(timer)
    onGone()
  }, intervalMs)
  timer.unref()
}

/** As npm calls itself once it runs, and as it was started. */
const isNpm = /^(?:\d+ )?(?:npm|npx)(?: |$)|(?:npm|npx)-cli\.js/

interface Ancestor {
  readonly pid: number
  /** Whose parent it is: that process gets another one in the moment in which this one dies, before anybody reaps it. */
  readonly child: number
}

function isStillThere({ pid, child }: Ancestor): boolean {
  if (child === process.pid) return process.ppid === pid
  return process.platform === 'linux' ? (statusOf(child)?.parent ?? 0) === pid : isAlive(pid)
}

/** The parent alone when there is no npm above. */
function ancestorsUpToNpm(): readonly Ancestor[] {
  const found: Ancestor[] = [{ pid: process.ppid, child: process.pid }]
  for (let generation = 0; generation < generationsMax; generation++) {
    const last = found.at(-1)!
    const status = statusOf(last.pid)
    if (!status) break
    if (isNpm.test(status.command)) return found
    found.push({ pid: status.parent, child: last.pid })
  }
  return found.slice(0, 1)
}

/** What the system says of a process; undefined when it is gone. */
function statusOf(pid: number): { readonly parent: number; readonly command: string } | undefined {
  try {
    if (process.platform !== 'linux') {
      const text = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' }).trim()
      return { parent: Number.parseInt(text, 10), command: text }
    }
    const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return { parent: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }
  } catch {
    return undefined
  }
}
