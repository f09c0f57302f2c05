import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { CrawlPlan } from './crawl-plan.ts'
import { headLine, parseReport, type KnownFindings } from './crawl-report.ts'
import type { LookedFile } from './finding.ts'

/** What an unfinished crawl has found, so that the next one goes on from there. Nothing depends on it: it is not synced, and may be lost. */
export interface CrawlJournal {
  readonly known: KnownFindings
  add(file: LookedFile): Promise<void>
  flush(): Promise<void>
}

const linesAtOnce = 200

export async function openJournal(path: string, plan: CrawlPlan): Promise<CrawlJournal> {
  const known = parseReport(await readFile(path).catch(() => Buffer.alloc(0)), plan) ?? new Map()
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  // A line that a kill has cut must not begin the next one.
  const lines = [headLine(plan), ...[...known.values()].map((file) => JSON.stringify(file))]
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 })
  let waiting: string[] = []
  const flush = async (): Promise<void> => {
    const text = waiting.join('')
    waiting = []
    if (text !== '') await appendFile(path, text)
  }
  return {
    known,
    async add(file) {
      waiting.push(`${JSON.stringify(file)}\n`)
      if (waiting.length >= linesAtOnce) await flush()
    },
    flush,
  }
}

/** The crawl is done. */
export function endJournal(path: string): Promise<void> {
  return rm(path, { force: true })
}
