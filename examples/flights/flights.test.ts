import assert from 'node:assert/strict'
import { DuckDBInstance } from '@duckdb/node-api'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runSql } from '../../src/cli/sql-session.ts'
import { replayFlights, type Replay } from './replay.ts'
import { parquetPath } from './source.ts'
import { startWeirProcess, type RunningWeir } from './weir-process.ts'

const flights = 3_000_000
const folder = mkdtempSync(join(tmpdir(), 'weir-flights-test-'))
const silent = () => ({ update: () => undefined, finish: () => 1 })

/** Each is asked of Weir, and of DuckDB over the Parquet file that the flights came from. */
const questions = [
  'select count(*), min(date)::text, max(date)::text, sum(delay), sum(distance) from flights',
  'select origin, count(*) from flights group by 1 order by 2 desc, 1 limit 20',
  "select date_trunc('month', date)::text, count(*), sum(delay) from flights group by 1 order by 1",
  'select origin, destination, count(*) as n, max(distance) from flights group by 1, 2 order by n desc, 1, 2 limit 25',
  'select extract(hour from date) as hour, round(avg(delay), 6) from flights group by 1 order by 1',
  "select count(*), count(distinct destination) from flights where origin = 'SFO' and delay > 60",
  'select date::text, delay, distance, origin, destination from flights where delay > 1200 order by 1, 2, 3, 4, 5',
  "select extract(dow from date) as day, count(*) filter (delay > 15) from flights where date >= '2001-03-01' and date < '2001-04-01' group by 1 order by 1",
  'select origin, quantile_disc(delay, 0.9) from flights group by 1 having count(*) > 20000 order by 1',
  `with ranked as (select origin, destination, count(*) as n, row_number() over (partition by origin order by count(*) desc, destination) as place
   from flights group by 1, 2) select origin, destination, n from ranked where place = 1 order by 3 desc, 1 limit 30`,
]

void describe('three million flights', () => {
  let weir: RunningWeir
  let replay: Replay
  before(async () => {
    const options = ['--kafka-port', '0', '--postgres-port', '0', '--http-port', '0']
    weir = await startWeirProcess({ dataDirectory: join(folder, '.weir'), keep: false, options })
    replay = await replayFlights(weir.endpoints, flights, silent)
  })
  after(async () => {
    await weir.stop()
    rmSync(folder, { recursive: true })
  })

  void test('none is lost, and the proof says so', () => {
    const { produced, delivered, queryable, lost, partitions } = replay
    assert.deepEqual(
      { produced, delivered, queryable, lost, partitions },
      { produced: flights, delivered: flights, queryable: flights, lost: 0, partitions: 7 },
    )
    assert.ok(replay.verified, replay.verifyDetail)
  })

  void test('ten questions have the answers of the file itself', async () => {
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(
      `create view flights as select date, delay::int as delay, distance::int as distance, origin, destination from '${parquetPath}'`,
    )
    assert.equal(questions.length, 10)
    for (const question of questions) {
      const { rows } = await runSql(weir.endpoints.postgres, question)
      const expected = (await connection.runAndReadAll(question)).getRowsJson()
      assert.ok(rows.length > 0, question)
      assert.deepEqual(
        rows.map((row) => row.map(plain)),
        expected.map((row) => row.map(plain)),
        question,
      )
    }
    connection.closeSync()
    instance.closeSync()
  })
})

/** Numbers are text on one side and numbers on the other. */
function plain(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
}
