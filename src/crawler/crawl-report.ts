import { createHash } from 'node:crypto'
import type { CrawlPlan } from './crawl-plan.ts'
import type { LookedFile } from './finding.ts'

/** What was found in each file, by path. */
export type KnownFindings = ReadonlyMap<string, LookedFile>

/**
 * A report is lines of JSON: the first names what the files were looked at with, each other is one file. Findings of another plan say
 * nothing of this one.
 */
export function headLine(plan: CrawlPlan): string {
  const { folder, format, csv, columns, partitions, sampleRows } = plan
  const text = JSON.stringify([folder, format, csv, columns, partitions, sampleRows])
  return JSON.stringify({ lookedWith: createHash('sha256').update(text).digest('hex') })
}

export function reportText(plan: CrawlPlan, files: readonly LookedFile[]): string {
  return `${[headLine(plan), ...files.map((file) => JSON.stringify(file))].join('\n')}\n`
}

/** The files of a report or of a journal, whose last line a kill may have cut; undefined when it is of another plan. */
export function parseReport(text: string, plan: CrawlPlan): KnownFindings | undefined {
  const [head, ...lines] = text.split('\n')
  return head === headLine(plan) ? filesOfReport(lines) : undefined
}

function filesOfReport(lines: readonly string[]): KnownFindings {
  const found = new Map<string, LookedFile>()
  for (const line of lines) {
    const file = parseLine(line)
    if (file) found.set(file.path, file)
  }
  return found
}

/** All files of a report, whatever plan it is of. */
export function reportedFiles(text: string): readonly LookedFile[] {
  return [...filesOfReport(text.split('\n').slice(1)).values()]
}

function parseLine(line: string): LookedFile | undefined {
  if (line === '') return undefined
  try {
    return JSON.parse(line) as LookedFile
  } catch {
    return undefined
  }
}
