// `librdkafka.ts BOOTSTRAP [--admin]`: librdkafka's own tests, all that pass on Apache Kafka. --admin: the administration (0081) alone.
// Where Weir refuses on purpose what a test asks for, its other sub-tests run one by one: the exception is as small as it can be.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from './command.ts'
import { cache } from './fetched.ts'
import { kit } from './kit.ts'

interface Exception {
  readonly subtests: readonly string[]
  readonly reason: string
}

const admin = '0081'
/** Of a sub-test that failed. */
const logBytesShown = 6000

/** By the number of the test. */
const exceptions: Readonly<Record<string, Exception>> = {
  [admin]: {
    subtests: ['do_test_AlterConfigs', 'do_test_IncrementalAlterConfigs'],
    reason:
      'they change settings of the broker, which are the project’s here, of Kerberos among them, which there is not: kept without effect they would be silently ignored',
  },
}

const [bootstrap, only] = process.argv.slice(2)
const script = `${kit}/kafka/librdkafka.sh`

/** Those that pass on Apache Kafka, as the kit lists them; an `f` behind the number is for all of its sub-tests. */
function listedTests(): readonly string[] {
  const lines = readFileSync(`${kit}/kafka/librdkafka.tests`, 'utf8').split('\n')
  return lines.flatMap((line) => /^(\d{4}f?)\s+run\s/.exec(line)?.[1] ?? [])
}

/** From the test's source, so that none is forgotten. */
function subtestsOf(number: string): readonly string[] {
  const kafka = join(cache, 'kafka')
  const folder = readdirSync(kafka).find((name) => name.startsWith('librdkafka-npm-'))!
  const tests = join(kafka, folder, 'tests')
  const file = readdirSync(tests).find((name) => name.startsWith(`${number}-`))!
  const [, called] = readFileSync(join(tests, file), 'utf8').split('static void do_test_apis')
  const names = new Set([...called!.matchAll(/^ +(do_test_\w+)\(/gm)].map(([, name]) => name!))
  return [...names].filter((name) => name !== 'do_test_apis' && !exceptions[number]!.subtests.includes(name))
}

/** A sub-test that is none passes without having done anything: what ran says so in its log. */
async function runSubtest(number: string, name: string): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-librdkafka-'))
  try {
    // The colon ends the name: DescribeConfigs is not DescribeConfigs_groups.
    const code = await runCommand([script, bootstrap!, '--tests', number, '--keep', folder], { SUBTESTS: `${name}:` })
    const log = readFileSync(join(folder, `${number}.log`), 'utf8')
    const passed = log.match(/\[ do_test_[^\]]*: (PASS|SKIP)/g)?.length ?? 0
    // The log goes with its folder.
    if (code !== 0) console.log(log.slice(-logBytesShown))
    console.log(`${code === 0 && passed > 0 ? 'PASSED ' : 'FAILED '} ${number} ${name} (${passed} times)`)
    return code === 0 && passed > 0
  } finally {
    rmSync(folder, { recursive: true })
  }
}

let ok = true
if (only === undefined) {
  const whole = listedTests().filter((number) => !(number in exceptions))
  ok = (await runCommand([script, bootstrap!, '--jobs', '2', '--tests', whole.join(' ')])) === 0
}
for (const [number, { subtests, reason }] of Object.entries(exceptions)) {
  for (const name of subtestsOf(number)) ok = (await runSubtest(number, name)) && ok
  console.log(`LEFT OUT ${number} ${subtests.join(', ')}: ${reason}`)
}
process.exitCode = ok ? 0 : 1
