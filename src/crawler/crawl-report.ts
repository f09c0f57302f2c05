import { createHash } from 'node:crypto'
import type { CrawlPlan } from './crawl-plan.ts'
import type { LookedFile, ReadableFinding } from './finding.ts'
import { shareFindings } from './share-findings.ts'

const linesAtOnce = 1000

/** What was found in each file, by path. */
export type KnownFindings = ReadonlyMap<string, LookedFile>

/**
 * A report is lines of JSON: the first names what the files were looked at with, each other is one file. Many files are alike: what was found in
 * one before is named by its number. Findings of another plan say nothing of this one.
 */
export function headLine(plan: CrawlPlan): string {
  const { folder, format, csv, columns, partitions, sampleRows } = plan
  const text = JSON.stringify([folder, format, csv, columns, partitions, sampleRows])
  return JSON.stringify({ lookedWith: createHash('sha256').update(text).digest('hex') })
}

export function reportBytes(plan: CrawlPlan, files: readonly LookedFile[]): Buffer {
  const lineOf = reportLines()
  const pieces = [Buffer.from(`${headLine(plan)}\n`)]
  for (let at = 0; at < files.length; at += linesAtOnce)
    pieces.push(
      Buffer.from(
        files
          .slice(at, at + linesAtOnce)
          .map((file) => `${lineOf(file)}\n`)
          .join(''),
      ),
    )
  return Buffer.concat(pieces)
}

/** A file whose finding others may name; journals give no numbers. */
interface WholeLine extends LookedFile {
  readonly number?: number
}

/** A file like one before. */
interface AlikeLine extends Omit<LookedFile, 'finding'> {
  /** The number of a finding in this report that differs by its rows at most. */
  readonly as: number
  readonly rows: number
}

function reportLines(): (file: LookedFile) => string {
  const numbers = new Map<string, number>()
  return (file) => {
    const { finding, ...listed } = file
    const { rows, ...alike } = finding.kind === 'readable' ? finding : { ...finding, rows: 0 }
    const key = JSON.stringify(alike)
    const as = numbers.get(key)
    if (as !== undefined) return JSON.stringify({ ...listed, as, rows } satisfies AlikeLine)
    numbers.set(key, numbers.size)
    return JSON.stringify({ ...file, number: numbers.size - 1 } satisfies WholeLine)
  }
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

/** Line by line: a report of many files is larger than what is kept of it. A line that says nothing is a file that nobody has looked at. */
function filesOf(bytes: Buffer): readonly LookedFile[] {
  const share = shareFindings()
  const findings = new Map<number, LookedFile['finding']>()
  const found: LookedFile[] = []
  for (let at = bytes.indexOf(10) + 1; at > 0 && at < bytes.length;) {
    const newline = bytes.indexOf(10, at)
    const end = newline < 0 ? bytes.length : newline
    const line = parseLine(bytes.toString('utf8', at, end))
    at = end + 1
    if (line === undefined) continue
    if (!('as' in line)) {
      const { number, ...rest } = line
      const file = share(rest)
      if (number !== undefined) findings.set(number, file.finding)
      found.push(file)
      continue
    }
    const { as, rows, ...listed } = line
    const alike = findings.get(as)
    if (alike) found.push({ ...listed, finding: alike.kind === 'readable' ? withRows(alike, rows) : alike })
  }
  return found
}

function withRows(finding: ReadableFinding, rows: number): ReadableFinding {
  return finding.rows === rows ? finding : { ...finding, rows }
}

function parseLine(line: string): WholeLine | AlikeLine | undefined {
  if (line === '') return undefined
  try {
    return JSON.parse(line) as WholeLine | AlikeLine
  } catch {
    return undefined
  }
}
