// Runs tests with node:test and fails where node:test is content: when no file matches, and when a file holds no test.
import { runTestGroup, type GroupResult } from './run-test-group.ts'
import { testFiles } from './test-files.ts'
import { testGroups } from './test-groups.ts'
import { toolOptions } from './tool-options.ts'

const command = toolOptions('test', 'Runs tests; fails as well when no file matches, and when a file holds no test.')
  .argument('<what...>', 'all, unit, conformance, s3, kafka, or patterns of files')
  .option('--brief', 'says only what failed', false)
  .parse()
const patterns = command.args
const { brief } = command.opts<{ brief: boolean }>()
/** Unit tests wait for disks and timers a third of their time; a running Weir has processes enough of its own. */
const lanes = patterns[0] === 'unit' ? 3 : 2
const files = testFiles(patterns)
if (files.length === 0) {
  console.error(`no test file matches ${patterns.join(' ')}`)
  process.exit(1)
}

const started = performance.now()
const results = await runAll(testGroups(files))
const seconds = (performance.now() - started) / 1000
const empty = results.flatMap((result) => result.empty)
const failures = results.flatMap((result) => result.failures)
const sum = (count: 'passed' | 'skipped'): number => results.reduce((total, result) => total + result[count], 0)
for (const file of empty) console.error(`no test ran in ${file}`)
for (const failure of failures) console.error(`failed: ${failure}`)
console.log(`${files.length} files in ${seconds.toFixed(0)} s`)
console.log(`${sum('passed')} passed, ${failures.length + empty.length} failed, ${sum('skipped')} skipped`)
process.exitCode = failures.length + empty.length + (sum('passed') === 0 ? 1 : 0) > 0 ? 1 : 0

/** In as many processes at a time as there are lanes; what each said is printed when it ends. */
async function runAll(groups: readonly (readonly string[])[]): Promise<readonly GroupResult[]> {
  const left = [...groups]
  const done: GroupResult[] = []
  async function lane(): Promise<void> {
    for (let group = left.shift(); group; group = left.shift()) {
      const result = await runTestGroup(group)
      if (!brief || result.failures.length > 0) process.stdout.write(result.report)
      done.push(result)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return done
}
