// Runs tests with node:test and fails where node:test is content: when no file matches, and when a file holds no test.
// Usage: tools/test.ts all | unit | conformance | PATTERN …
import { relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { conformanceTests, testFiles, testSets } from './test-files.ts'

const patterns = process.argv.slice(2)
const named = patterns.length === 1 ? testSets[patterns[0] as keyof typeof testSets] : undefined
const files = patterns[0] === 'conformance' ? conformanceTests() : testFiles(named ?? patterns)
if (files.length === 0) {
  console.error(`no test file matches ${patterns.join(' ')}`)
  process.exit(1)
}

const empty: string[] = []
const counts = { passed: 0, failed: 0, skipped: 0 }
const failures: string[] = []
const started = performance.now()

const stream = run({ files: [...files], concurrency: 2, timeout: 600_000, forceExit: true })
stream.on('test:pass', (test) => {
  if (isFile(test)) empty.push(test.name)
  if (test.details.type === 'suite' || isFile(test)) return
  if (test.skip === undefined) counts.passed++
  else counts.skipped++
})
stream.on('test:fail', (test) => {
  if (test.details.type === 'suite' && test.details.error.cause === undefined) return
  counts.failed++
  failures.push(`${test.file === undefined ? '?' : relative('.', test.file)}: ${test.name}`)
})
stream.compose(spec).pipe(process.stdout)
stream.on('end', () => {
  for (const file of empty) console.error(`no test ran in ${file}`)
  for (const failure of failures) console.error(`failed: ${failure}`)
  console.log(`${files.length} files in ${((performance.now() - started) / 1000).toFixed(0)} s`)
  console.log(`${counts.passed} passed, ${counts.failed + empty.length} failed, ${counts.skipped} skipped`)
  process.exitCode = counts.failed + empty.length + (counts.passed === 0 ? 1 : 0) > 0 ? 1 : 0
})

/** A file in which no test ran is itself reported as a test that passed, by its path. */
function isFile({ name, file }: { name: string; file?: string | undefined }): boolean {
  return file !== undefined && file.endsWith(name)
}
