// `npm run bench`: the bars of the design, measured in one run as alternating pairs against the reference that each names.
// A miss is printed as a miss; the exit code is 0 unless something could not be measured.
import { countOf, refuse, toolOptions } from '../tools/tool-options.ts'
import { judge, type Benchmark, type Figure } from './benchmark.ts'
import { commits } from './commits.ts'
import { commitsByAge } from './commits-by-age.ts'
import { crawl } from './crawl.ts'
import { delivery } from './delivery.ts'
import { filesToTable } from './files-to-table.ts'
import { guardedLog } from './kafka/guarded-log.ts'
import { javaClients } from './kafka/java-clients.ts'
import { latency } from './kafka/latency.ts'
import { memory } from './kafka/memory.ts'
import { throughput } from './kafka/throughput.ts'
import { keyedUpserts } from './keyed-upserts.ts'
import { maintainedQuery } from './maintained-query.ts'
import { planning } from './planning.ts'
import { recovery } from './recovery.ts'
import { selectiveQuery } from './selective-query.ts'
import { startup } from './startup.ts'
import { tailQuery } from './tail-query.ts'
import { tpch } from './tpch.ts'
import { visibility } from './visibility.ts'
import { wire } from './wire.ts'

const benchmarks: readonly Benchmark[] = [
  startup,
  throughput,
  javaClients,
  latency,
  memory,
  guardedLog,
  recovery,
  delivery,
  filesToTable,
  crawl,
  keyedUpserts,
  visibility,
  tailQuery,
  selectiveQuery,
  planning,
  maintainedQuery,
  commitsByAge,
  commits,
  wire,
  tpch,
]

const command = toolOptions(
  'bench',
  `Measures the bars of the design, each in one run against the reference that it names.\n\n${benchmarks.map(({ name, question }) => `  ${name.padEnd(18)} ${question}`).join('\n')}`,
)
  .option('--only <benchmark>', 'one of them')
  .option('--pairs <count>', 'how many pairs are measured', countOf, 5)
  .option('--long', 'the form that takes minutes, where there is one', false)
  .option('--json', 'prints the figures for programs', false)
  .parse()
const { only, pairs, long, json } = command.opts<{ only?: string; pairs: number; long: boolean; json: boolean }>()
const chosen = benchmarks.filter(({ name }) => only === undefined || name === only)
if (chosen.length === 0)
  refuse(`no benchmark is called ${only}; there are ${benchmarks.map(({ name }) => name).join(', ')}`)

const figures: Figure[] = []
for (const benchmark of chosen) {
  console.error(`${benchmark.name}: ${benchmark.question}`)
  try {
    const say = (text: string): void => console.error(`  ${text}`)
    figures.push(...(await benchmark.run({ pairs, long, say })))
  } catch (error) {
    console.error(`  could not be measured: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

if (json)
  console.log(
    JSON.stringify(
      figures.map((figure) => ({ ...figure, ...judge(figure) })),
      null,
      2,
    ),
  )
else for (const figure of figures) console.log(lineOf(figure))

function lineOf(figure: Figure): string {
  const { median, spread, met } = judge(figure)
  const unit = figure.bar.kind === 'ratio' ? 'x' : ` ${figure.unit}`
  const [low, high] = spread.map((value) => value.toPrecision(3))
  return `${met ? 'met ' : 'MISS'}  ${figure.name.padEnd(52)} ${median.toPrecision(3)}${unit} (${low} to ${high})  bar: ${figure.bar.text}, against ${figure.referenceName}`
}
