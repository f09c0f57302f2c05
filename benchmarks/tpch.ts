import type { DuckDBConnection } from '@duckdb/node-api'
import pg from 'pg'
import { answerOfDuckdb, answerOfPostgres, difference } from '../test/conformance/tpch/answers.ts'
import { tpchFiles } from '../test/conformance/tpch/data.ts'
import { loadTpch, plainTpch } from '../test/conformance/tpch/load.ts'
import { type TpchQuery, tpchQueries } from '../test/conformance/tpch/queries.ts'
import { startWeir } from '../test/support/running-weir.ts'
import { type Benchmark, median } from './benchmark.ts'

const scale = 1

/** Both end with the rows in Node, as texts. One run of all before the pairs fills caches, and compares the answers. */
export const tpch: Benchmark = {
  name: 'tpch',
  question: `TPC-H at scale ${scale}: 22 queries over our tables through the wire against DuckDB in process over plain Parquet`,
  async run({ pairs, say }) {
    const queries = tpchQueries(scale)
    const files = tpchFiles(scale)
    await using weir = await startWeir('tpch')
    await loadTpch(weir, files)
    const client = new pg.Client({ connectionString: weir.endpoints.postgres })
    await client.connect()
    const db = await plainTpch(files)
    await mustAgree(queries, client, db)
    const times = queries.map(() => ({ ours: [] as number[], reference: [] as number[] }))
    for (let pair = 0; pair < pairs; pair++) {
      for (const [at, { sql }] of queries.entries()) {
        times[at]!.ours.push(await time(() => answerOfPostgres(client, sql)))
        times[at]!.reference.push(await time(() => answerOfDuckdb(db, sql)))
      }
      say(`pair ${pair + 1}: ours ${total(times, 'ours', pair)} ms, in process ${total(times, 'reference', pair)} ms`)
    }
    await client.end()
    for (const [at, { name }] of queries.entries()) {
      const [a, b] = [median(times[at]!.ours), median(times[at]!.reference)]
      say(`${name.padEnd(3)} ours ${a.toFixed(0)} ms, in process ${b.toFixed(0)} ms, ${(a / b).toFixed(2)}x`)
    }
    return [
      {
        name: 'TPC-H, 22 queries in total',
        unit: 'ms',
        ours: Array.from({ length: pairs }, (_, pair) => total(times, 'ours', pair)),
        reference: Array.from({ length: pairs }, (_, pair) => total(times, 'reference', pair)),
        referenceName: 'DuckDB in process over plain Parquet',
        bar: { kind: 'ratio', at: 'most', value: 1.2, text: 'at most 1.2x' },
      },
    ]
  },
}

type Times = Readonly<Record<'ours' | 'reference', readonly number[]>>

function total(times: readonly Times[], of: keyof Times, pair: number): number {
  return Math.round(times.reduce((sum, each) => sum + each[of][pair]!, 0))
}

/** What is fast must be right. */
async function mustAgree(queries: readonly TpchQuery[], client: pg.Client, db: DuckDBConnection): Promise<void> {
  for (const query of queries) {
    const found = difference(query, await answerOfPostgres(client, query.sql), await answerOfDuckdb(db, query.sql))
    if (found !== undefined) throw new Error(`${query.name} is answered otherwise: ${found}`)
  }
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await run()
  return performance.now() - started
}
