import { opendir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../../kernel/logger.ts'
import { formatSize } from '../../kernel/units.ts'

export interface DiskUse {
  /** Of the data directory. */
  readonly usedBytes: number
  /** What it may take: the project's `diskBudget`, else 90 % of what was free and used by it together. */
  readonly budgetBytes: number
  /** Free on its file system. */
  readonly freeBytes: number
  /** Undefined while there is room. */
  readonly warning?: string
}

const warnAt = 0.8
const freeBytesMin = 1_000_000_000
/** A batch of records, or the files of a commit, may be larger than this. */
const fullBelowBytes = 16_000_000
const intervalMs = 30_000

/** Producers are refused and deliveries wait. */
export function isFull({ freeBytes }: Pick<DiskUse, 'freeBytes'>): boolean {
  return freeBytes < fullBelowBytes
}

export interface DiskWatch {
  /** What is free is asked now, what is used was counted last. Undefined before the first count. */
  now(): Promise<DiskUse | undefined>
  /** Counts the data directory. */
  measure(): Promise<DiskUse>
  stop(): void
}

/** Counts the data directory now and then, and warns before it is full. */
export function watchDisk(directory: string, budgetBytes: number | undefined, logger: Logger): DiskWatch {
  let usedBytes: number | undefined
  let warned = false

  async function useOf(used: number): Promise<DiskUse> {
    const { bavail, bsize } = await statfs(directory)
    const freeBytes = bavail * bsize
    const budget = budgetBytes ?? Math.floor((used + freeBytes) * 0.9)
    const warning = warningFor(used, budget, freeBytes)
    return { usedBytes: used, budgetBytes: budget, freeBytes, ...(warning === undefined ? {} : { warning }) }
  }

  async function measure(): Promise<DiskUse> {
    usedBytes = await bytesUnder(directory)
    const use = await useOf(usedBytes)
    if (use.warning !== undefined && !warned) logger.warn(use, use.warning)
    warned = use.warning !== undefined
    return use
  }

  const again = (): void =>
    void measure().catch((error: unknown) => logger.warn({ err: error }, 'the disk was not measured'))
  const timer = setInterval(again, intervalMs)
  timer.unref()
  again()
  return {
    now: async () => (usedBytes === undefined ? undefined : useOf(usedBytes)),
    measure,
    stop: () => clearInterval(timer),
  }
}

function warningFor(usedBytes: number, budgetBytes: number, freeBytes: number): string | undefined {
  if (isFull({ freeBytes }))
    return `the disk of the data directory is full (${formatSize(freeBytes)} free): producers are refused and deliveries wait, nothing is lost. Free space, and both go on`
  if (usedBytes > budgetBytes)
    return `the data directory takes ${formatSize(usedBytes)}, more than its budget of ${formatSize(budgetBytes)}. Shorten the retention of streams, or raise diskBudget`
  if (usedBytes > budgetBytes * warnAt)
    return `the data directory takes ${formatSize(usedBytes)} of its budget of ${formatSize(budgetBytes)}. Shorten the retention of streams, or raise diskBudget`
  if (freeBytes < freeBytesMin)
    return `only ${formatSize(freeBytes)} are free on the disk of the data directory. Free space`
  return undefined
}

/** Files come and go while they are counted. */
async function bytesUnder(directory: string): Promise<number> {
  let bytes = 0
  try {
    for await (const entry of await opendir(directory)) {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) bytes += await bytesUnder(path)
      else
        bytes += await stat(path).then(
          ({ blocks }) => blocks * 512,
          () => 0,
        )
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return bytes
}
