import type { Logger } from '../../kernel/logger.ts'
import { formatSize } from '../../kernel/units.ts'
import { residentBytes } from './resident-size.ts'

export interface WatchedProcess {
  readonly name: string
  readonly pid: number
  readonly bytesMax: number
  /** Called once, when it passed its budget, with what to say of it. */
  readonly end: (reason: string) => void
}

/** One that ends as it is told; nothing while it does not run. */
export function watchedAs(
  child: { readonly name: string; readonly pid: number | undefined; end(reason: string): void },
  bytesMax: number,
): readonly WatchedProcess[] {
  const { name, pid } = child
  return pid === undefined ? [] : [{ name, pid, bytesMax, end: (reason) => child.end(reason) }]
}

const intervalMs = 500

/**
 * Ends a process that passes its memory budget, before the machine swaps or the kernel ends another one: DuckDB goes beyond
 * its own limit. The processes are asked for anew each time.
 */
export function watchMemory(processes: () => readonly WatchedProcess[], logger: Logger): { stop(): void } {
  const told = new Set<number>()
  const timer = setInterval(() => {
    for (const { name, pid, bytesMax, end } of processes()) {
      const bytes = residentBytes(pid)
      if (bytes <= bytesMax || told.has(pid)) continue
      told.add(pid)
      const reason = `it took ${formatSize(bytes)} of memory, and its budget is ${formatSize(bytesMax)}`
      logger.error({ child: name, pid, bytes, bytesMax }, `${name} is ended: ${reason}`)
      end(reason)
    }
  }, intervalMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
