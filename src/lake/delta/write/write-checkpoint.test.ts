import assert from 'node:assert/strict'
import { rmSync, utimesSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { addAction, deltaLogOf } from '../../../../test/support/delta-log.ts'
import { commitFile, committedTable, createCommittedTable, unsynced } from '../../../../test/support/lake-commits.ts'
import { openLocalLake, type LocalLake } from '../../../../test/support/local-lake.ts'
import { readDelta } from '../read-delta.ts'
import { replayLog } from './replay-log.ts'
import { writeCheckpoint } from './write-checkpoint.ts'

async function openEngine() {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  return {
    query: async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson(),
    [Symbol.dispose]: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

const load = async (lake: LocalLake) => (await lake.client.loadTable(committedTable)).metadata
const day = 86_400_000

void suite('checkpoints of a Delta log', () => {
  void test('a checkpoint stands for the commits of before: files, protocol, columns, offsets of all who write', async () => {
    await using lake = await openLocalLake({ files: unsynced })
    using engine = await openEngine()
    const context = { store: lake.store, engine, folder: lake.folder, now: () => Date.now() }
    let table = await createCommittedTable(lake, { 'weir.format': 'delta' })
    for (let at = 1; at <= 3; at++) table = await commitFile(lake, table, { at, now: Date.now() })
    const log = deltaLogOf(table.metadata)
    const removed = { remove: { path: '2.parquet', dataChange: true, deletionTimestamp: Date.now() } }
    log.append([{ txn: { appId: 'other', version: 7 } }, removed, addAction('new.parquet')])
    assert.equal(await writeCheckpoint(await load(lake), context), 4)
    assert.equal(await writeCheckpoint(await load(lake), context), undefined)
    const folder = join(log.root, '_delta_log')
    const hint = JSON.parse(await readFile(join(folder, '_last_checkpoint'), 'utf8')) as {
      version: number
      size: number
    }
    // Protocol, columns, a transaction, three files and one that was taken out.
    assert.deepEqual(hint, { version: 4, size: 7 })
    for (let version = 0; version < 4; version++) rmSync(join(folder, `${String(version).padStart(20, '0')}.json`))
    const read = await readDelta(log.root, engine.query)
    assert.deepEqual(read.files.map(({ path }) => path).toSorted(), ['1.parquet', '3.parquet', 'new.parquet'])
    assert.equal(read.version, 4)
    // The next one is made of this one and what came since.
    await commitFile(lake, { ...table, metadata: await load(lake) }, { at: 5, now: Date.now() })
    assert.equal(await writeCheckpoint(await load(lake), context), 5)
    const file = join(folder, `${'5'.padStart(20, '0')}.checkpoint.parquet`)
    const rows = await engine.query(`SELECT to_json(c)::VARCHAR AS row FROM read_parquet('${file}') AS c`)
    const kinds = rows.map(({ row }) =>
      Object.entries(JSON.parse(row as string) as object).find(([, value]) => value !== null)!,
    )
    assert.deepEqual(kinds.map(([kind]) => kind).toSorted(), [
      'add',
      'add',
      'add',
      'add',
      'metaData',
      'protocol',
      'remove',
      'txn',
    ])
    const [, stats] = kinds.find(([kind, value]) => kind === 'add' && (value as { path: string }).path === '5.parquet')!
    assert.equal((JSON.parse((stats as { stats: string }).stats) as { numRecords: number }).numRecords, 1)
  })

  void test('commits go once a checkpoint of a month ago stands for them, and no others', async () => {
    await using lake = await openLocalLake({ files: unsynced })
    using engine = await openEngine()
    const context = { store: lake.store, engine, folder: lake.folder, now: () => Date.now() }
    let table = await createCommittedTable(lake, { 'weir.format': 'delta' })
    for (let at = 1; at <= 4; at++) {
      table = await commitFile(lake, table, { at, now: Date.now() })
      if (at !== 3) await writeCheckpoint(table.metadata, context)
      if (at !== 2) continue
      const root = deltaLogOf(table.metadata).root
      const old = new Date(Date.now() - 31 * day)
      utimesSync(join(root, '_delta_log', `${'2'.padStart(20, '0')}.checkpoint.parquet`), old, old)
    }
    assert.deepEqual(deltaLogOf(table.metadata).versions(), [2, 3, 4])
  })

  void test('of each file and each application the last word holds; files that were taken out are named for a while', () => {
    const add = (path: string) => ({ add: { path, dataChange: true } })
    const remove = (path: string, at: number) => ({ remove: { path, deletionTimestamp: at, dataChange: true } })
    const protocol = { protocol: { minReaderVersion: 1 } }
    const domain = (removed: boolean) => ({ domainMetadata: { domain: 'd', removed } })
    const actions = [
      protocol,
      add('a'),
      add('b'),
      add('c'),
      remove('a', 5),
      remove('b', 50),
      remove('c', 50),
      add('c'),
      domain(false),
    ]
    assert.deepEqual(
      replayLog([...actions, { txn: { appId: 'x', version: 1 } }, { txn: { appId: 'x', version: 2 } }], 10),
      [
        protocol,
        { txn: { appId: 'x', version: 2 } },
        domain(false),
        { remove: { path: 'b', deletionTimestamp: 50, dataChange: false } },
        { add: { path: 'c', dataChange: false } },
      ],
    )
    assert.deepEqual(replayLog([...actions, domain(true)], 10).length, 3)
  })
})
