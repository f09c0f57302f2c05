// `npm run conformance`: clients, servers and suites that nobody here wrote, against a Weir that runs. Downloads go into a
// cache outside the repository (WEIR_CACHE). What a machine lacks is named, and is a failure: nothing is skipped in silence.
import { runCommand } from './conformance/command.ts'
import { requirementsMissing } from './conformance/requirements.ts'
import { startWeir } from '../test/support/running-weir.ts'
import { suites } from './conformance/suites.ts'
import { refuse, toolOptions } from './tool-options.ts'

const command = toolOptions(
  'conformance',
  'Clients, servers and suites that nobody here wrote, against a Weir that runs.',
)
  .option('--quick', 'the part that a change must pass', false)
  .option('--only <suite>', 'one suite')
  .option('--list', 'says which suites there are, and runs none', false)
  .argument('[options...]', 'with --only, behind another --: options of the suite itself')
  .parse()
const { quick: isQuick, only, list } = command.opts<{ quick: boolean; only?: string; list: boolean }>()
const ownOptions = command.args
if (list) {
  for (const { name, what, quick } of suites) console.log(`${name.padEnd(24)} ${what}${quick ? ' (quick)' : ''}`)
  process.exit()
}
if (ownOptions.length > 0 && only === undefined)
  refuse(`${ownOptions.join(' ')} would be options of a suite: --only <suite> names which`)
const chosen = suites.filter(({ name, quick }) => (only === undefined ? quick || !isQuick : name === only))
if (chosen.length === 0) refuse(`no suite is called ${only}; there are ${suites.map(({ name }) => name).join(', ')}`)

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
  if (suite.alone) return (await runCommand([...suite.command(undefined), ...ownOptions], suite.env?.(undefined))) === 0
  await using weir = await startWeir(suite.name, suite.project)
  return (await runCommand([...suite.command(weir.endpoints), ...ownOptions], suite.env?.(weir.endpoints))) === 0
}
