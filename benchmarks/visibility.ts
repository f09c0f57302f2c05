import pg from 'pg'
import { setTimeout as pause } from 'node:timers/promises'
import { connectKafka } from '../src/stream/client/connect.ts'
import { startWeir } from '../test/support/running-weir.ts'
import { quantile, type Benchmark } from './benchmark.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const events = stream('events', { partitions: 4 })
const rows = table('rows', { columns: { n: 'long', sent: 'double', filler: 'string' } })
export default defineProject({ name: 'bench', resources: [events, rows, delivery('load', { from: events, to: rows })] })
`
const bytesPerSecond = 10_000_000
const recordBytes = 1000
const seconds = 20
const tickMs = 50

/** A record is visible when a query, begun after, shows it: the delay runs from the produce call to the end of that query. */
export const visibility: Benchmark = {
  name: 'visibility',
  question: 'how long from a record produced, at 10 MB/s, to the same record in SQL?',
  async run({ pairs, say }) {
    const p99: number[] = []
    for (let pair = 0; pair < Math.min(pairs, 3); pair++) {
      const delays = await measure()
      p99.push(quantile(delays, 0.99))
      say(`p50 ${quantile(delays, 0.5).toFixed(2)} s, p99 ${p99.at(-1)!.toFixed(2)} s of ${delays.length} queries`)
    }
    return [
      {
        name: 'record to visible in SQL, p99 at 10 MB/s',
        unit: 's',
        ours: p99,
        reference: [],
        referenceName: 'a bound',
        bar: { kind: 'bound', at: 'most', value: 1.5, text: 'at most 1.5 s' },
      },
    ]
  },
}

async function measure(): Promise<readonly number[]> {
  await using weir = await startWeir('visibility', project)
  const client = await connectKafka({ bootstrap: weir.endpoints.kafka, clientId: 'bench' })
  const producer = await client.createProducer({ topic: 'events' })
  const sql = new pg.Client({ connectionString: weir.endpoints.postgres })
  await sql.connect()
  const end = performance.now() + seconds * 1000
  const producing = produceSteadily(producer, end)
  const delays: number[] = []
  // Each answer says when the newest visible record was sent: its age is what a reader waits at most.
  while (performance.now() < end) {
    const { rows } = await sql.query<{ newest: number | null }>('select max(sent) as newest from rows')
    const newest = rows[0]?.newest
    if (newest !== null && newest !== undefined && performance.now() > end - (seconds - 3) * 1000)
      delays.push((performance.now() - newest) / 1000)
  }
  await producing
  await sql.end()
  await client.close()
  return delays
}

async function produceSteadily(
  producer: { sendLines(chunk: Buffer): Promise<void> | undefined; close(): Promise<void> },
  end: number,
): Promise<void> {
  const filler = 'x'.repeat(recordBytes - 60)
  const perTick = (bytesPerSecond / recordBytes / 1000) * tickMs
  let n = 0
  for (let next = performance.now(); next < end; next += tickMs) {
    const sent = performance.now()
    let lines = ''
    for (let i = 0; i < perTick; i++) lines += `{"n":${n++},"sent":${sent},"filler":"${filler}"}\n`
    await producer.sendLines(Buffer.from(lines))
    await pause(Math.max(0, next + tickMs - performance.now()))
  }
  await producer.close()
}
