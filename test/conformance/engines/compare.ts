import { parseArgs } from 'node:util'
import { connectCatalog } from '../../../src/lake/client/connect-catalog.ts'
import { nodeFiles } from '../../../src/kernel/files/node-files.ts'
import { planScan } from '../../../src/lake/scan/plan-scan.ts'
import { openObjectStore } from '../../../src/storage/objects/open.ts'
import { startWeir } from '../../support/running-weir.ts'
import { openS3Store } from '../../support/s3-store.ts'
import { inBucket } from '../in-bucket.ts'
import {
  type Change,
  changedColumns,
  changedRow,
  type Column,
  evolution,
  firstColumns,
  type Row,
  rowOf,
} from './columns.ts'
import { engineNames, type EngineName, refusalOf, type StepName, steps } from './matrix.ts'
import { startPyIceberg } from './pyiceberg-engine.ts'
import { startSpark } from './spark-engine.ts'
import type { Partition, TableEngine } from './table-engine.ts'
import { startTrino } from './trino-engine.ts'
import { startWeirEngine } from './weir-engine.ts'
import { rowsDigest } from '../rows-digest.ts'

/**
 * Weir, Spark, Trino and PyIceberg at work on the same tables: each makes one, changes it step by step, and then the others write
 * into it. After each step all of them must read the rows that it should have, by the digest of the kit; what matrix.ts says is
 * refused must be refused. `node test/conformance/engines/compare.ts [--engines weir,pyiceberg] [--tables-of weir] [--s3]`; with `--s3` the
 * tables lie in the S3 server of the environment.
 */
const { values } = parseArgs({
  options: {
    engines: { type: 'string', default: engineNames.join(',') },
    'tables-of': { type: 'string', default: engineNames.join(',') },
    s3: { type: 'boolean', default: false },
  },
})
const present = engineNames.filter((name) => values.engines.split(',').includes(name))
const makers = present.filter((name) => values['tables-of'].split(',').includes(name))

const partitions: readonly Partition[] = [
  { transform: 'day', column: 'at' },
  { transform: 'bucket', column: 'id', width: 2 },
  { transform: 'truncate', column: 'name', width: 2 },
]
const addedPartition: Partition = { transform: 'hour', column: 'moment' }

const project = `import { defineProject } from 'weir-data'
export default defineProject({ name: 'engines', resources: [] })
`
await using weir = await startWeir('engines', values.s3 ? inBucket(project, 'engines') : project)
await using remote = values.s3 ? await openS3Store() : undefined
const store = remote?.store ?? openObjectStore({ roots: ['file:///'], files: nodeFiles })
const { iceberg } = weir.endpoints
const starts: Readonly<Record<EngineName, () => TableEngine | Promise<TableEngine>>> = {
  weir: () => startWeirEngine(weir.endpoints, store),
  spark: () => startSpark(iceberg, values.s3),
  trino: () => startTrino(iceberg),
  pyiceberg: () => startPyIceberg(iceberg),
}
const engines = new Map<EngineName, TableEngine>()
for (const name of present) engines.set(name, await starts[name]())
let [checks, failures] = [0, 0]
try {
  for (const maker of makers) await runSteps(maker)
  for (const maker of makers) await runVersion3(maker)
} finally {
  for (const engine of engines.values()) await engine.stop()
}
console.log(`${checks} readings and refusals of tables of ${makers.join(', ')}, ${failures} failures`)
process.exitCode = failures > 0 || checks === 0 ? 1 : 0

/** A table as it should be. */
interface Model {
  readonly table: string
  columns: readonly Column[]
  readonly rows: Map<number, Row>
  /** As the partitioned columns are called now. */
  partitions: readonly Partition[]
}

async function runSteps(maker: EngineName): Promise<void> {
  const model = newModel(`by_${maker}`)
  const engine = engines.get(maker)!
  await step('create', maker, model, async () => {
    await engine.create({ name: model.table, columns: firstColumns, partitions, formatVersion: 2 })
    await put(engine, model, 0, 120)
  })
  for (const change of evolution) await doStep(change.change, maker, model, () => evolve(engine, model, change))
  await readAll(evolution.at(-1)!.change, maker, model)
  await step('append', maker, model, () => put(engine, model, 120, 160))
  await step('delete', maker, model, () => removeSome(engine, model, 0))
  await hasDeletes(maker, model)
  await step('update', maker, model, () => relabelSome(engine, model, 0))
  await step('change partitions', maker, model, async () => {
    await engine.partition(model.table, model.partitions, addedPartition)
    await put(engine, model, 160, 180)
  })
  for (const [at, other] of present.filter((name) => name !== maker).entries()) {
    const from = 180 + at * 20
    await doStep('append', other, model, () => put(engines.get(other)!, model, from, from + 20))
    await doStep('delete', other, model, () => removeSome(engines.get(other)!, model, at + 1))
    await step('update', other, model, () => relabelSome(engines.get(other)!, model, at + 1))
  }
  for (const other of present) await step('compact', other, model, () => engines.get(other)!.compact(model.table))
}

async function evolve(engine: TableEngine, model: Model, change: Change): Promise<void> {
  await engine.evolve(model.table, change)
  model.columns = changedColumns(model.columns, change)
  for (const [id, row] of model.rows) model.rows.set(id, changedRow(row, change))
  if (change.change !== 'rename') return
  model.partitions = model.partitions.map((one) => (one.column === change.from ? { ...one, column: change.to } : one))
}

/** Rows, then vectors of deletes, which one engine cannot read. */
async function runVersion3(maker: EngineName): Promise<void> {
  const model = newModel(`by_${maker}_3`)
  const engine = engines.get(maker)!
  const made = await step('make version 3', maker, model, async () => {
    await engine.create({ name: model.table, columns: firstColumns, partitions, formatVersion: 3 })
    await put(engine, model, 0, 80)
  })
  if (made && (await step('delete by vectors', maker, model, () => removeSome(engine, model, 0))))
    await hasDeletes(maker, model)
}

/** PyIceberg writes files anew; by the others rows were deleted beside theirs, or the readers were shown nothing. */
async function hasDeletes(maker: EngineName, { table }: Model): Promise<void> {
  if (maker === 'pyiceberg') return
  const { metadata } = await connectCatalog({ uri: iceberg }).loadTable({ namespace: ['public'], name: table })
  const { deleteFiles } = await planScan({ metadata, store })
  judge(`${table}: ${maker} left files of deletes`, deleteFiles.length > 0 ? undefined : 'there are none')
}

function newModel(table: string): Model {
  return { table, columns: firstColumns, rows: new Map(), partitions }
}

async function put(engine: TableEngine, model: Model, from: number, to: number): Promise<void> {
  const rows = Array.from({ length: to - from }, (_, at) => rowOf(from + at, model.columns))
  await engine.append(model.table, model.columns, rows)
  for (const row of rows) model.rows.set(row['id'] as number, row)
}

/** A few rows of every file, another set each time. */
async function removeSome(engine: TableEngine, model: Model, turn: number): Promise<void> {
  const ids = [...model.rows.keys()].filter((id) => id % 7 === turn)
  await engine.remove(model.table, ids)
  for (const id of ids) model.rows.delete(id)
}

async function relabelSome(engine: TableEngine, model: Model, turn: number): Promise<void> {
  const ids = [...model.rows.keys()].filter((id) => id % 11 === turn)
  const label = `changed by ${engine.name}`
  await engine.relabel(model.table, label, ids)
  for (const id of ids) model.rows.set(id, { ...model.rows.get(id), label })
}

/** A step after which all engines read the table. */
async function step(name: StepName, maker: EngineName, model: Model, work: () => Promise<void>): Promise<boolean> {
  const done = await doStep(name, maker, model, work)
  if (done) await readAll(name, maker, model)
  return done
}

/** Whether it was done; what matrix.ts says is refused must be. */
async function doStep(name: StepName, maker: EngineName, model: Model, work: () => Promise<void>): Promise<boolean> {
  const outcome = await work().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  const refusal = refusalOf(name, maker)
  const isRefused = refusal && !(refusal.sometimes && outcome === undefined)
  judge(`${model.table}: ${maker} ${steps[name]}`, outcome, isRefused ? refusal.error : undefined)
  return outcome === undefined
}

async function readAll(name: StepName, maker: EngineName, model: Model): Promise<void> {
  const expected = rowsDigest([...model.rows.values()].map((row) => JSON.stringify(row)))
  await Promise.all(present.map((reader) => read(reader, name, maker, model, expected)))
}

async function read(
  reader: EngineName,
  name: StepName,
  maker: EngineName,
  model: Model,
  expected: string,
): Promise<void> {
  const refusal = refusalOf(name, maker, reader)
  const what = `${model.table}: ${reader} reads what ${maker} ${steps[name]}`
  let rows: readonly string[] = []
  const outcome = await engines
    .get(reader)!
    .rows(model.table, model.columns)
    .then(
      (found) => ((rows = found), undefined),
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
  if (outcome !== undefined || refusal) return judge(what, outcome, refusal?.error)
  const digest = rowsDigest(rows)
  judge(what, digest === expected ? undefined : `other rows\n${differences(rows, model).join('\n')}`)
}

/** `problem` is right only where `refused` says so. */
function judge(what: string, problem: string | undefined, refused?: RegExp): void {
  checks++
  const ok = refused ? problem !== undefined && refused.test(problem) : problem === undefined
  if (ok) return console.log(`ok    ${what}${refused ? ': refused' : ''}`)
  failures++
  console.error(`FAIL  ${what}: ${problem ?? `is not refused with ${refused!.source}`}`)
}

const differencesShown = 3

function differences(lines: readonly string[], model: Model): readonly string[] {
  const sorted = (row: Row) =>
    JSON.stringify(Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1))))
  const found = new Map(lines.map((line) => JSON.parse(line) as Row).map((row) => [row['id'], sorted(row)]))
  const missing = [...model.rows].filter(([id, row]) => found.get(id) !== sorted(row))
  const texts = missing.map(([id, row]) => `  ${id}: ${found.get(id) ?? 'missing'} instead of ${sorted(row)}`)
  return [`  ${found.size} rows, ${model.rows.size} expected`, ...texts.slice(0, differencesShown)]
}
