import { parseArgs } from 'node:util'
import pg from 'pg'
import { answerOfPySpark } from '../engine-python.ts'
import { startWeir } from '../../support/running-weir.ts'
import { type Answer, answerOfDuckdb, answerOfPostgres, difference } from './answers.ts'
import { tpchFiles } from './data.ts'
import { loadTpch, plainTpch } from './load.ts'
import { publishedDifference } from './published.ts'
import { type TpchQuery, tpchQueries } from './queries.ts'

/**
 * The 22 queries of TPC-H by Weir's PostgreSQL port and by Spark over the same Iceberg tables; both must give the answers of DuckDB in
 * process over the generator's own files, and at scale 1 those that the specification publishes.
 * `node test/conformance/tpch/compare-engines.ts [--scale 0.1] [--without-spark]`
 */
const { values } = parseArgs({
  options: { scale: { type: 'string', default: '0.1' }, 'without-spark': { type: 'boolean', default: false } },
})
const scale = Number(values.scale)
const queries = tpchQueries(scale)
const files = tpchFiles(scale)

await using weir = await startWeir('tpch')
await loadTpch(weir, files)
console.log(`scale ${scale}: the tables are in the lake`)
const reference = await plainTpch(files)
const expected = await answersOf((sql) => answerOfDuckdb(reference, sql))

let failed = 0
let rows = 0
for (const query of queries) {
  const answer = expected.get(query.name)!
  rows += answer.rows.length
  // Two empty answers agree about nothing: at scale 0.1 no query has one.
  const empty = answer.rows.length === 0 ? 'no rows, with which anything would agree' : undefined
  report(query, 'duckdb', empty ?? publishedDifference(query.name, scale, answer))
}

const client = new pg.Client({ connectionString: weir.endpoints.postgres })
await client.connect()
compare('weir', await answersOf((sql) => answerOfPostgres(client, sql)))
await client.end()

if (!values['without-spark']) {
  const texts = Object.fromEntries(queries.map(({ name, sql }) => [name, sql]))
  const output = await answerOfPySpark('tpch/spark-queries.py', [weir.endpoints.iceberg], JSON.stringify(texts))
  compare('spark', new Map(Object.entries(JSON.parse(output) as Record<string, Answer>)))
}
console.log(`${queries.length} queries, ${rows} rows expected, ${failed} failures`)
process.exitCode = failed > 0 ? 1 : 0

async function answersOf(ask: (sql: string) => Promise<Answer>): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>()
  for (const { name, sql } of queries) answers.set(name, await ask(sql))
  return answers
}

function compare(engine: string, answers: ReadonlyMap<string, Answer>): void {
  for (const query of queries) {
    const answer = answers.get(query.name)
    const found = answer ? difference(query, answer, expected.get(query.name)!) : 'no answer'
    report(query, engine, found)
    if (found === undefined)
      console.log(`ok    ${engine.padEnd(6)} ${query.name.padEnd(4)} ${answer!.rows.length} rows`)
  }
}

function report({ name }: TpchQuery, engine: string, problem: string | undefined): void {
  if (problem === undefined) return
  failed++
  console.error(`FAIL  ${engine.padEnd(6)} ${name}: ${problem}`)
}
