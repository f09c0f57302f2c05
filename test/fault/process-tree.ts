import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export type ProcessKind = 'supervisor' | 'log' | 'worker' | 'engine' | 'writer' | 'operator'

export interface FoundProcess {
  readonly pid: number
  readonly kind: ProcessKind
}

const entries: readonly (readonly [RegExp, ProcessKind])[] = [
  [/children\/log\.[jt]s/, 'log'],
  [/children\/delivery\.[jt]s/, 'worker'],
  [/children\/engine\.[jt]s/, 'engine'],
  [/children\/writer\.[jt]s/, 'writer'],
  [/children\/operator\.[jt]s/, 'operator'],
]

/** A supervisor and its children, as the kernel has them. */
export function processesOf(supervisor: number): readonly FoundProcess[] {
  const found: FoundProcess[] = [{ pid: supervisor, kind: 'supervisor' }]
  for (const pid of childrenOf(supervisor)) {
    const command = commandOf(pid)
    const kind = entries.find(([pattern]) => pattern.test(command))?.[1]
    if (kind !== undefined) found.push({ pid, kind })
  }
  return found
}

/** All processes below one. */
export function childrenOf(parent: number): readonly number[] {
  const direct = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number)
  return direct.flatMap((pid) => [pid, ...childrenOf(pid)])
}

/** Processes, whoever's child, that have a file of this folder open or work in it. */
export function processesIn(folder: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => commandOf(Number(name)).includes(folder) || opens(name, folder))
    .map(Number)
}

/** Bytes in memory that are its own or shared: an upper bound. */
export function residentBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? 0) * 1024
}

/** User and system time so far. */
export function cpuSecondsOf(pid: number): number {
  const [user, system] = statOf(String(pid)).slice(11, 13)
  return (Number(user) + Number(system)) / ticksPerSecond
}

/** Linux counts CPU time in hundredths of a second. */
const ticksPerSecond = 100

function parentOf(pid: string): number | undefined {
  try {
    return Number(statOf(pid)[1])
  } catch {
    return undefined
  }
}

/** From the third field on: the name in parentheses may hold anything, what follows the last one is fixed. */
function statOf(pid: string): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

function opens(pid: string, folder: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(folder)
      } catch {
        return false
      }
    })
  } catch {
    return false
  }
}
