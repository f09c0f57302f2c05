import { createHash } from 'node:crypto'
import type { CrawlPlan } from './crawl-plan.ts'
import type { LookedFile } from './finding.ts'
import { shareFindings } from './share-findings.ts'

const linesAtOnce = 1000

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

export function reportBytes(plan: CrawlPlan, files: readonly LookedFile[]): Buffer {
  const pieces = [Buffer.from(`${headLine(plan)}\n`)]
  for (let at = 0; at < files.length; at += linesAtOnce) {
    const lines = files.slice(at, at + linesAtOnce).map((file) => `${JSON.stringify(file)}\n`)
    pieces.push(Buffer.from(lines.join('')))
  }
  return Buffer.concat(pieces)
}

/** The files of a report or of a journal, whose last line a kill may have cut; undefined when it is of another plan. */
export function parseReport(bytes: Buffer, plan: CrawlPlan): KnownFindings | undefined {
  const head = Buffer.from(`${headLine(plan)}\n`)
  return bytes.subarray(0, head.length).equals(head)
    ? new Map(filesOf(bytes).map((file) => [file.path, file]))
    : undefined
}

/** All files of a report, whatever plan it is of. */
export function reportedFiles(bytes: Buffer): readonly LookedFile[] {
  return filesOf(bytes)
}

/** Line by line: a report of many files is larger than what is kept of it. */
function filesOf(bytes: Buffer): readonly LookedFile[] {
  const share = shareFindings()
  const found: LookedFile[] = []
  for (let at = bytes.indexOf(10) + 1; at > 0 && at < bytes.length;) {
    const newline = bytes.indexOf(10, at)
    const end = newline < 0 ? bytes.length : newline
    const file = parseLine(bytes.toString('utf8', at, end))
    if (file) found.push(share(file))
    at = end + 1
  }
  return found
}

function parseLine(line: string): LookedFile | undefined {
  if (line === '') return undefined
  try {
    return JSON.parse(line) as LookedFile
  } catch {
    return undefined
  }
}
