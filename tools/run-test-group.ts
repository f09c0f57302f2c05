import { PassThrough, type Readable } from 'node:stream'
import { run, type EventData } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'

export interface GroupResult {
  readonly passed: number
  readonly skipped: number
  /** `file: test`, and below it why. */
  readonly failures: readonly string[]
  /** Files in which no test ran: node:test is content with them. */
  readonly empty: readonly string[]
  /** What people read of it. */
  readonly report: string
}

const program = fileURLToPath(new URL('test-group.ts', import.meta.url))
const timeoutMs = 600_000

/** Runs test files one after another in a process of their own. */
export async function runTestGroup(files: readonly string[]): Promise<GroupResult> {
  const tally = countTests(files)
  const events = run({ files: [program], argv: [...files], timeout: timeoutMs })
  events.on('test:pass', (test) => tally.passed(test))
  events.on('test:fail', (test) => tally.failed(test))
  const report = await textOf(events)
  const ran = tally.filesRun()
  return { ...tally.result(), empty: files.filter((file) => !ran.has(file)), report }
}

/** What node:test says of a file that failed without one of its tests. */
interface Ended {
  readonly failureType: string
  readonly exitCode: number | null
  readonly signal: string | null
}

function endOfProcess(files: readonly string[], { exitCode, signal }: Partial<Ended>): string {
  const how = exitCode === undefined ? 'a file does not load' : `it ended with ${signal ?? `exit code ${exitCode}`}`
  return `${how}, in the process of ${files.join(', ')}`
}

const reasonLines = 12

/** Whoever sees no more of a run than its end must know what to look for. */
function reasonOf({ cause, message }: Error): string {
  const reason = cause instanceof Error ? cause.message : message
  const lines = reason.split('\n').slice(0, reasonLines)
  return lines.map((line) => `\n    ${line.slice(0, 300)}`).join('')
}

/** Tests come before the suite that they are in; a file is a suite at the left margin, called by its path. */
function countTests(files: readonly string[]) {
  const ran = new Set<string>()
  const counts = { passed: 0, skipped: 0 }
  let inFile: string[] = []
  let seen = 0
  const failures: string[] = []

  function endOfFile({ nesting, name }: EventData.TestPass | EventData.TestFail): void {
    if (nesting > 0) return
    if (seen > 0) ran.add(name)
    failures.push(...inFile.map((test) => `${name}: ${test}`))
    inFile = []
    seen = 0
  }

  return {
    passed(test: EventData.TestPass): void {
      if (test.details.type === 'suite') return endOfFile(test)
      // A test:pass at the margin is the program itself, of which nothing ran.
      if (test.nesting === 0) return
      seen++
      if (test.skip === undefined) counts.passed++
      else counts.skipped++
    },
    failed(test: EventData.TestFail): void {
      const { type, error } = test.details
      const { failureType } = error as Partial<Ended>
      if (failureType !== 'subtestsFailed')
        inFile.push(
          test.nesting === 0 ? endOfProcess(files, error as Partial<Ended>) : `${test.name}${reasonOf(error)}`,
        )
      if (type !== 'suite') seen++
      endOfFile(test)
    },
    filesRun: (): ReadonlySet<string> => ran,
    result: () => ({ ...counts, failures }),
  }
}

/** The counts of one group mean nothing to anybody. */
const isCount = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /

async function textOf(events: Readable): Promise<string> {
  const shown = new PassThrough({ objectMode: true })
  events.on('data', (event: { type: string; data: { message?: string; nesting?: number } }) => {
    if (event.type === 'test:diagnostic' && event.data.nesting === 0 && isCount.test(event.data.message!)) return
    shown.write(event)
  })
  events.on('end', () => shown.end())
  const chunks: Buffer[] = []
  for await (const chunk of shown.pipe(new spec())) chunks.push(Buffer.from(chunk as string))
  return Buffer.concat(chunks).toString()
}
