// `npm run conformance`: clients, servers and suites that nobody here wrote, against a Weir that runs. Downloads go into a
// cache outside the repository (WEIR_CACHE). What a machine lacks is named, and is a failure: nothing is skipped in silence.
// --quick: the part that a change must pass. --only NAME: one suite; what follows a -- are options of its own.
import { parseArgs } from 'node:util'
import { runCommand } from './conformance/command.ts'
import { requirementsMissing } from './conformance/requirements.ts'
import { startWeir } from '../test/support/running-weir.ts'
import { suites } from './conformance/suites.ts'

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
  allowPositionals: true,
})
if (positionals.length > 0 && values.only === undefined) {
  console.error('options of a suite want --only NAME before them')
  process.exit(2)
}
const chosen = suites.filter(({ name, quick }) =>
  values.only === undefined ? quick || !values.quick : name === values.only,
)
if (chosen.length === 0) {
  console.error(`no suite is called ${values.only}; there are ${suites.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const results: { readonly name: string; readonly ok: boolean; readonly seconds: number }[] = []
for (const suite of chosen) {
  const missing = await requirementsMissing(suite.needs)
  if (missing.length > 0) {
    console.error(`FAIL  ${suite.name}: this machine lacks ${missing.join(', ')}`)
    results.push({ name: suite.name, ok: false, seconds: 0 })
    continue
  }
  console.log(`----  ${suite.name}: ${suite.what}`)
  const started = performance.now()
  const ok = await runOn(suite)
  const seconds = (performance.now() - started) / 1000
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${suite.name}  ${seconds.toFixed(0)} s`)
  results.push({ name: suite.name, ok, seconds })
}

const failed = results.filter(({ ok }) => !ok)
for (const { name } of failed) console.error(`failed: ${name}`)
console.log(`conformance: ${results.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length > 0 ? 1 : 0

/** Each suite has a Weir of its own, so that one cannot spoil the next. */
async function runOn(suite: (typeof suites)[number]): Promise<boolean> {
  if (suite.alone)
    return (await runCommand([...suite.command(undefined), ...positionals], suite.env?.(undefined))) === 0
  await using weir = await startWeir(suite.name, suite.project)
  return (await runCommand([...suite.command(weir.endpoints), ...positionals], suite.env?.(weir.endpoints))) === 0
}
