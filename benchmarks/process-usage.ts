import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts CPU time in hundredths of a second. */
const ticksPerSecond = 100

/** A process and all below it, by process id. */
export function processTree(root: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    const fields = statOf(Number(entry))
    if (fields) children.set(Number(fields[1]), [...(children.get(Number(fields[1])) ?? []), Number(entry)])
  }
  const found = [root]
  for (const pid of found) found.push(...(children.get(pid) ?? []))
  return found
}

/** The process of a tree whose command line contains `text`. */
export function findProcess(root: number, text: string): number {
  const found = processTree(root).find((pid) => readProc(pid, 'cmdline')?.includes(text))
  if (found === undefined) throw new Error(`no process of ${root} has ${text} in its command line`)
  return found
}

/** User and system seconds so far. */
export function cpuSeconds(pid: number): number {
  const fields = statOf(pid)
  if (!fields) throw new Error(`process ${pid} has gone`)
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Proportional set size: what the process costs, shared pages divided among their users. Bytes. */
export function proportionalBytes(pid: number): number {
  const match = /^Pss:\s+(\d+) kB/m.exec(readProc(pid, 'smaps_rollup') ?? '')
  return match ? Number(match[1]) * 1024 : 0
}

/** The most memory that the process ever had, shared pages counted in full. Bytes. */
export function peakResidentBytes(pid: number): number {
  const match = /^VmHWM:\s+(\d+) kB/m.exec(readProc(pid, 'status') ?? '')
  return match ? Number(match[1]) * 1024 : 0
}

/** The fields after the name, which may itself hold spaces: [0] is the state, [1] the parent. */
function statOf(pid: number): readonly string[] | undefined {
  const text = Number.isInteger(pid) ? readProc(pid, 'stat') : undefined
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}
