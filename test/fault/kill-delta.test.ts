import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { literal } from '../../src/lake/types/duckdb-type.ts'
import { connectApi } from '../../src/cli/weir-client.ts'
import { eventually } from '../support/deadline.ts'
import { deltaLogAt } from '../support/delta-log.ts'
import { chosenSeed } from './chosen-seed.ts'
import { killRounds } from './kill-rounds.ts'
import type { RestartableWeir } from './restartable-weir.ts'
import type { Outcome } from './unique-values.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const values = stream('values', { partitions: 4, value: 'json' })
const kept = table('kept', { columns: { id: 'long', client: 'string', text: 'string' }, format: 'delta', properties: { 'delta.checkpointInterval': '5' } })
const load = delivery('load', { from: values, to: kept, workers: 2, flush: { age: '1 s' } })
export default defineProject({ name: 'kill-delta', resources: [values, kept, load] })
`

void test('12 times kill -9 while deliveries commit to a Delta table: each acknowledged value is in the files of its log once, and the log has no gap', async (context) => {
  const say = (line: string) => context.diagnostic(line)
  const { killed, acknowledged } = await killRounds(chosenSeed(context), 12, say, project, async (weir, outcome) => {
    say(`${await logHasAll(weir, outcome)} versions`)
  })
  context.diagnostic(`${JSON.stringify(killed)}, ${acknowledged} values acknowledged`)
  assert.ok(acknowledged > 500, `only ${acknowledged} values were acknowledged`)
})

/** Reads the table as its log says, without Weir. */
async function logHasAll(weir: RestartableWeir, { acknowledged, sent }: Outcome): Promise<number> {
  const api = connectApi(`http://127.0.0.1:${weir.ports.http}`)
  await api.call('POST', '/api/v1/deliveries/load/flush', {})
  const log = deltaLogAt(`${weir.folder}/.weir/lake/public/kept/data`)
  const versions = log.versions()
  assert.equal(versions[0], 0)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson()
    await eventually('a checkpoint', async () => log.checkpoints().length > 0 || undefined)
    const files = await log.files(query)
    assert.deepEqual(files, log.replayed())
    const paths = files.map((path) => literal(`${log.root}/${path}`)).join(', ')
    const found = await connection.runAndReadAll(
      `SELECT id, _source_partition AS p, _offset AS o FROM read_parquet([${paths}])`,
    )
    const rows = found.getRowObjectsJson() as { id: string; p: number; o: string }[]
    const ids = new Set(rows.map(({ id }) => Number(id)))
    assert.equal(ids.size, rows.length, 'a value is there twice')
    for (const id of acknowledged) assert.ok(ids.has(id), `${id} is missing`)
    for (const id of ids) assert.ok(sent.has(id), `${id} was never sent`)
    // The newest transaction of each partition is the offset behind its last row.
    const last = Map.groupBy(rows, ({ p }) => p)
    const next = new Map<number, number>()
    for (const version of versions)
      for (const { txn } of log.actions(version))
        if (txn) next.set(Number(String(txn['appId']).split('/').at(-1)), Number(txn['version']))
    for (const [partition, own] of last)
      assert.equal(next.get(partition), Math.max(...own.map(({ o }) => Number(o))) + 1, `partition ${partition}`)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
  return versions.length
}
