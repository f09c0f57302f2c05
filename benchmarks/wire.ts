import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import { startWeir } from '../test/support/running-weir.ts'
import { type Benchmark, type Figure, median } from './benchmark.ts'

/** `repeats`: how often a value of a pair is taken, of which the median counts: one run of a short question is mostly chance. */
const questions = [
  { label: 'one row', repeats: 100, sql: 'select 1 as one' },
  {
    label: 'aggregate of 5 million',
    repeats: 3,
    sql: 'select count(*) as n, sum(i) as s from generate_series(1, 5000000) t(i)',
  },
  {
    label: '200,000 rows of 3 columns',
    repeats: 1,
    sql: "select i, i * 1.5 as x, 'row ' || i as name from generate_series(1, 200000) t(i)",
  },
] as const

/** Both end with the rows as JavaScript values: that is what a program that asks gets. */
export const wire: Benchmark = {
  name: 'wire',
  question: 'SQL over the PostgreSQL protocol against DuckDB in process, both read to the end in Node',
  async run({ pairs, say }) {
    await using weir = await startWeir('wire')
    const client = new pg.Client({ connectionString: weir.endpoints.postgres })
    await client.connect()
    const duckdb = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect()
    const figures: Figure[] = []
    for (const { label, repeats, sql } of questions) {
      const ours: number[] = []
      const reference: number[] = []
      for (let pair = 0; pair < pairs + 1; pair++) {
        const a = await time(repeats, () => client.query({ text: sql, rowMode: 'array' }))
        const b = await time(repeats, async () => (await duckdb.runAndReadAll(sql)).getRowsJS())
        if (pair === 0) continue // caches
        ours.push(a)
        reference.push(b)
      }
      say(`${label}: ours ${median(ours).toFixed(2)} ms, in process ${median(reference).toFixed(2)} ms`)
      // The bar is 1.2 times or 2 ms more, whichever is larger: what is within 2 ms counts as equal.
      const counted = ours.map((value, at) => (value - reference[at]! <= 2 ? Math.min(value, reference[at]!) : value))
      figures.push({
        name: `SQL through the wire, ${label}`,
        unit: 'ms',
        ours: counted,
        reference,
        referenceName: 'DuckDB in process',
        bar: { kind: 'ratio', at: 'most', value: 1.2, text: 'at most 1.2x, or 2 ms more' },
      })
    }
    await client.end()
    return figures
  },
}

async function time(repeats: number, run: () => Promise<unknown>): Promise<number> {
  const values: number[] = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    const started = performance.now()
    await run()
    values.push(performance.now() - started)
  }
  return median(values)
}
