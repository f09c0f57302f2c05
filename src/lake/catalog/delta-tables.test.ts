import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { appendOnce } from '../../../test/support/append-once.ts'
import { addAction, deltaLogOf } from '../../../test/support/delta-log.ts'
import { commitFile, committedTable, createCommittedTable, unsynced } from '../../../test/support/lake-commits.ts'
import { fetchFrom, openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import { memoryPointers } from '../../../test/support/memory-pointers.ts'
import { seededRandom } from '../../../test/support/seeded-random.ts'
import { serveCatalog, type Fate } from '../../../test/support/served-catalog.ts'
import type { CatalogClient, LoadedTable } from '../client/catalog-client.ts'
import { connectCatalog } from '../client/connect-catalog.ts'
import { prepareAppend } from '../commit/prepare-append.ts'
import { snapshotOf } from '../metadata/read.ts'
import type { TableUpdate } from '../metadata/update.ts'
import { planScan } from '../scan/plan-scan.ts'
import { printType } from '../types/print-type.ts'
import { schemaOf } from '../types/schema.ts'
import { createCatalog } from './create-catalog.ts'

const delta = { 'weir.format': 'delta' }

async function withDelta(run: (lake: LocalLake, table: LoadedTable) => Promise<void>): Promise<void> {
  await using lake = await openLocalLake({ files: unsynced })
  await run(lake, await createCommittedTable(lake, delta))
}

const load = (lake: LocalLake): Promise<LoadedTable> => lake.client.loadTable(committedTable)

/** Names of the data files, from the table's folder on, as Weir reads the table. */
async function filesOf(lake: LocalLake): Promise<readonly string[]> {
  const { metadata } = await load(lake)
  const { dataFiles } = await planScan({ metadata, store: lake.store })
  return dataFiles.map(({ location }) => location.replace(/^.*\/data\//, '')).toSorted()
}

/** Both readers have the same files, and the log is whole. */
async function agree(lake: LocalLake): Promise<readonly string[]> {
  const { metadata } = await load(lake)
  const own = await filesOf(lake)
  const log = deltaLogOf(metadata)
  assert.deepEqual(await log.files(), own)
  assert.equal(metadata.properties?.['weir.delta.version'], String(log.versions().at(-1)))
  return own
}

const change = (lake: LocalLake, { metadata }: LoadedTable, updates: readonly TableUpdate[]) =>
  lake.client.commitTable(committedTable, {
    requirements: [{ type: 'assert-table-uuid', uuid: metadata['table-uuid'] }],
    updates,
  })

void suite('Delta tables of the catalog', () => {
  void test('a commit is the next file of the log: rows, offsets and the state that names them, together', () =>
    withDelta(async (lake, table) => {
      const log = deltaLogOf(table.metadata)
      assert.deepEqual(log.versions(), [0])
      const [, protocol, metaData] = log.actions(0)
      assert.deepEqual(protocol, { protocol: { minReaderVersion: 1, minWriterVersion: 2 } })
      assert.equal(metaData!['metaData']!['id'], table.metadata['table-uuid'])
      await commitFile(lake, table, { at: 1, now: Date.now() })
      const actions = log.actions(1)
      assert.equal(actions[0]!['commitInfo']!['isBlindAppend'], true)
      const { path, stats } = actions.find((action) => action['add'])!['add']!
      assert.deepEqual([path, JSON.parse(stats as string).numRecords], ['1.parquet', 1])
      const weir = actions[0]!['commitInfo']!['weir'] as { updates: readonly TableUpdate[] }
      assert.ok(JSON.stringify(weir.updates).includes('"weir.state":"weir/1.json"'))
      assert.deepEqual(await agree(lake), ['1.parquet'])
      const { metadata } = await load(lake)
      assert.equal(metadata.snapshots!.at(-1)!.summary!['delta.version'], '1')
    }))

  void test('tags, settings and snapshots that expire are no word of Delta: the log stays', () =>
    withDelta(async (lake, table) => {
      const committed = await commitFile(lake, table, { at: 1, now: Date.now() })
      const id = committed.metadata['current-snapshot-id']!
      await change(lake, committed, [
        { action: 'set-snapshot-ref', 'ref-name': 'audit', 'snapshot-id': id, type: 'tag' },
        { action: 'set-properties', updates: { owner: 'ops' } },
      ])
      const { metadata } = await load(lake)
      assert.equal(metadata.properties!['owner'], 'ops')
      assert.deepEqual(deltaLogOf(metadata).versions(), [0, 1])
    }))

  void test('a rollback is a commit that takes files out; after it rows are added on', () =>
    withDelta(async (lake, table) => {
      const first = await commitFile(lake, table, { at: 1, now: Date.now() })
      const second = await commitFile(lake, first, { at: 2, now: Date.now() })
      const id = first.metadata['current-snapshot-id']!
      await change(lake, second, [
        { action: 'set-snapshot-ref', 'ref-name': 'main', 'snapshot-id': id, type: 'branch' },
      ])
      assert.deepEqual(await agree(lake), ['1.parquet'])
      await commitFile(lake, await load(lake), { at: 3, now: Date.now() })
      assert.deepEqual(await agree(lake), ['1.parquet', '3.parquet'])
    }))

  void test('killed between the log and the pointer, the commit stands; between a lost answer and the next try it is there once', async () => {
    await using lake = await openLocalLake({ files: unsynced })
    const pointers = memoryPointers()
    let dies = false
    const dying: typeof pointers = {
      ...pointers,
      swap: (changes) => (dies ? Promise.reject(new Error('killed')) : pointers.swap(changes)),
    }
    const catalogOver = (store: typeof pointers): CatalogClient => {
      const catalog = createCatalog({ pointers: store, objects: lake.store, warehouse: `file://${lake.folder}/lake` })
      return connectCatalog({ uri: 'http://catalog', fetch: fetchFrom(catalog) })
    }
    const client = catalogOver(dying)
    const killed = { ...lake, client }
    const table = await createCommittedTable(killed, delta)
    dies = true
    const location = `${table.metadata.location}/data/1.parquet`
    const file = { location, format: 'PARQUET', specId: 0, partition: [], recordCount: 1, sizeBytes: 4 }
    const append = await prepareAppend({
      metadata: table.metadata,
      store: lake.store,
      dataFiles: [{ content: 'data', ...file }],
    })
    assert.equal((await client.commitTable(committedTable, append)).outcome, 'unknown')
    dies = false
    const next = { ...lake, client: catalogOver(pointers) }
    const { metadata } = await load(next)
    assert.ok(snapshotOf(metadata, append.snapshotId))
    assert.equal((await next.client.commitTable(committedTable, append)).outcome, 'conflict')
    assert.deepEqual(await agree(next), ['1.parquet'])
  })

  void test('of many writers, others among them, each append is there once, whatever answers are lost; the log has no gap', async () => {
    const seed = Date.now() % 100_000
    const random = seededRandom(seed)
    await using lake = await openLocalLake({ files: unsynced })
    const { metadata } = await createCommittedTable(lake, delta)
    await using served = await serveCatalog(lake.catalog)
    served.decide = () => random.oneOf<Fate>(['answered', 'answered', 'answered', 'before', 'after', 'within'])
    const own = [0, 1, 2].map(async (writer) => {
      const client = connectCatalog({ uri: served.uri })
      for (let at = 0; at < 6; at++) await appendOnce(lake, client, `own-${writer}-${at}`)
    })
    const log = deltaLogOf(metadata)
    const others = [0, 1].map(async (writer) => {
      for (let at = 0; at < 6; at++) {
        while (!log.append([{ commitInfo: { timestamp: Date.now() } }, addAction(`other-${writer}-${at}.parquet`)]))
          await new Promise(setImmediate)
        await load(lake)
      }
    })
    await Promise.all([...own, ...others])
    const expected = [
      ...[0, 1, 2].flatMap((writer) => Array.from({ length: 6 }, (_, at) => `own-${writer}-${at}.parquet`)),
      ...[0, 1].flatMap((writer) => Array.from({ length: 6 }, (_, at) => `other-${writer}-${at}.parquet`)),
    ]
    assert.deepEqual(await agree(lake), expected.toSorted(), `seed ${seed}`)
    assert.equal(log.versions().length, expected.length + 1, `seed ${seed}`)
  })

  void test('what other engines add, take away, write anew and add of columns is taken in before anything is answered', () =>
    withDelta(async (lake, table) => {
      const log = deltaLogOf(table.metadata)
      log.append([addAction('a.parquet'), addAction('b%20c.parquet')])
      assert.deepEqual(await filesOf(lake), ['a.parquet', 'b c.parquet'])
      const remove = (path: string, dataChange = true) => ({ remove: { path, dataChange, deletionTimestamp: 1 } })
      log.append([remove('a.parquet')])
      assert.deepEqual(await agree(lake), ['b c.parquet'])
      log.append([remove('b%20c.parquet', false), addAction('d.parquet', { dataChange: false })])
      const { metadata } = await load(lake)
      const operations = metadata.snapshots!.map(({ summary }) => summary!['operation'])
      assert.deepEqual(operations, ['append', 'delete', 'replace'])
      // Statistics of a file that is there already, as ANALYZE writes them: no row comes.
      log.append([addAction('d.parquet', { dataChange: false })])
      assert.deepEqual(await filesOf(lake), ['d.parquet'])
      log.append([{ metaData: { ...shapeOf(log), schemaString: withColumn(log, 'extra', 'string') } }])
      const shaped = await load(lake)
      assert.deepEqual(
        shaped.metadata.schemas.at(-1)!.fields.map(({ name, type }) => `${name} ${printType(type)}`),
        ['id long', 'extra string'],
      )
      await commitFile(lake, shaped, { at: 9, now: Date.now() })
      assert.deepEqual(await agree(lake), ['9.parquet', 'd.parquet'])
    }))

  void test('what Weir does not follow is refused by name, and nothing is written behind it', async () => {
    const cases: readonly (readonly [string, (log: ReturnType<typeof deltaLogOf>) => readonly object[], RegExp])[] = [
      [
        'a feature',
        () => [
          {
            protocol: {
              minReaderVersion: 3,
              minWriterVersion: 7,
              readerFeatures: ['deletionVectors'],
              writerFeatures: ['deletionVectors', 'rowTracking'],
            },
          },
        ],
        /features deletionVectors, rowTracking/,
      ],
      [
        'a file without statistics',
        () => [addAction('a.parquet', { stats: undefined })],
        /a\.parquet comes without a number of rows/,
      ],
      [
        'a deletion vector',
        () => [
          addAction('a.parquet', {
            deletionVector: { storageType: 'i', pathOrInlineDv: '0', sizeInBytes: 1, cardinality: 1 },
          }),
        ],
        /has a deletion vector/,
      ],
      ['a file elsewhere', () => [addAction('s3://elsewhere/a.parquet')], /which is outside/],
      [
        'a dropped column',
        (log) => [{ metaData: { ...shapeOf(log), schemaString: '{"type":"struct","fields":[]}' } }],
        /the column id was dropped/,
      ],
      [
        'a constraint',
        (log) => [{ metaData: { ...shapeOf(log), configuration: { 'delta.constraints.c': 'id > 0' } } }],
        /delta\.constraints\.c/,
      ],
      ['a line that is none', () => [{ add: { path: 7 } }], /no action of a Delta log/],
    ]
    for (const [what, actions, message] of cases)
      await withDelta(async (lake, table) => {
        const log = deltaLogOf(table.metadata)
        log.append(actions(log))
        await assert.rejects(load(lake), message, what)
        const append = await prepareAppend({ metadata: table.metadata, store: lake.store, dataFiles: [] })
        await lake.client.commitTable(committedTable, append).then(
          ({ outcome }) => assert.equal(outcome, 'unknown', what),
          () => undefined,
        )
        assert.deepEqual(log.versions(), [0, 1], what)
      })
  })

  void test('what Delta cannot say is refused by name', () =>
    withDelta(async (lake, table) => {
      const [field] = table.metadata.schemas[0]!.fields
      const shaped = (fields: readonly object[]): readonly TableUpdate[] => [
        { action: 'add-schema', schema: { type: 'struct', 'schema-id': 1, fields: fields as never } },
        { action: 'set-current-schema', 'schema-id': -1 },
      ]
      const refused: readonly (readonly [readonly TableUpdate[], RegExp])[] = [
        [shaped([{ ...field, name: 'other' }]), /id is not renamed/],
        [shaped([{ ...field, id: 7, name: 'other' }]), /id is not dropped/],
        [
          shaped([field!, { id: 2, name: 't', required: false, type: 'time' }]),
          /t is time, which Delta has no type for/,
        ],
        [[{ action: 'set-properties', updates: { 'weir.delta.version': '7' } }], /set by Weir/],
        [[{ action: 'remove-properties', removals: ['weir.format'] }], /set by Weir/],
        [[{ action: 'set-location', location: `${table.metadata.location}x` }], /stays where it is/],
      ]
      for (const [updates, message] of refused) await assert.rejects(change(lake, table, updates), message)
      assert.deepEqual(deltaLogOf(table.metadata).versions(), [0])
      const create = (columns: string, properties: Record<string, string>) =>
        lake.client.createTable(['public'], {
          name: 'u',
          schema: schemaOf([{ name: 'id', type: columns }]),
          properties,
        })
      await assert.rejects(create('uuid', delta), { code: 'WEIR-4027' })
      await assert.rejects(create('long', { 'weir.format': 'hudi' }), /no tables of the format hudi/)
      await lake.client.createTable(['public'], { name: 'i', schema: schemaOf([{ name: 'id', type: 'long' }]) })
      await assert.rejects(
        lake.client.commitTable(
          { namespace: ['public'], name: 'i' },
          { requirements: [], updates: [{ action: 'set-properties', updates: delta }] },
        ),
        /was made as Iceberg/,
      )
    }))

  void test('with others only adding to it, a table is not taken from', () =>
    withDelta(async (lake, table) => {
      const first = await commitFile(lake, table, { at: 1, now: Date.now() })
      const log = deltaLogOf(first.metadata)
      log.append([{ metaData: { ...shapeOf(log), configuration: { 'delta.appendOnly': 'true' } } }])
      const second = await commitFile(lake, await load(lake), { at: 2, now: Date.now() })
      const back = { 'snapshot-id': first.metadata['current-snapshot-id']!, type: 'branch' } as const
      await assert.rejects(
        change(lake, second, [{ action: 'set-snapshot-ref', 'ref-name': 'main', ...back }]),
        /has delta\.appendOnly/,
      )
      assert.deepEqual(await agree(lake), ['1.parquet', '2.parquet'])
    }))

  void test('settings of the log are properties of the table, whoever sets them; others are refused', () =>
    withDelta(async (lake, table) => {
      const log = deltaLogOf(table.metadata)
      const set = (updates: Record<string, string>) => change(lake, table, [{ action: 'set-properties', updates }])
      await set({ 'delta.checkpointInterval': '10', owner: 'ops' })
      const configured = () => log.actions(log.versions().at(-1)!).find((action) => action['metaData'])!['metaData']!
      assert.deepEqual(configured()['configuration'], { 'delta.checkpointInterval': '10' })
      const configuration = { 'delta.appendOnly': 'true', theirs: 'x' }
      log.append([{ metaData: { ...configured(), configuration } }])
      const { metadata } = await load(lake)
      assert.deepEqual(
        [metadata.properties!['delta.appendOnly'], metadata.properties!['delta.checkpointInterval']],
        ['true', undefined],
      )
      await set({ 'delta.logRetentionDuration': 'interval 3 days' })
      assert.deepEqual(configured()['configuration'], {
        ...configuration,
        'delta.logRetentionDuration': 'interval 3 days',
      })
      await assert.rejects(set({ 'delta.enableDeletionVectors': 'true' }), /asks for what Weir does not do/)
      await assert.rejects(set({ 'delta.checkpointInterval': 'often' }), /is a number of commits, not often/)
    }))

  void test('behind every so many commits a checkpoint is due', async () => {
    const due: string[] = []
    await using lake = await openLocalLake({ files: unsynced, onCheckpointDue: ({ name }) => void due.push(name) })
    let table = await createCommittedTable(lake, { ...delta, 'delta.checkpointInterval': '2' })
    for (let at = 1; at <= 5; at++) table = await commitFile(lake, table, { at, now: Date.now() })
    assert.deepEqual(due, ['t', 't'])
  })

  void test('a log that lacks what the table has is neither read past nor written on', () =>
    withDelta(async (lake, table) => {
      const committed = await commitFile(lake, table, { at: 1, now: Date.now() })
      await lake.store.remove(`file://${deltaLogOf(committed.metadata).root}/_delta_log/${'1'.padStart(20, '0')}.json`)
      await assert.rejects(load(lake), /1\.json is not there, which is the last version that Weir knows/)
      const append = await prepareAppend({ metadata: committed.metadata, store: lake.store, dataFiles: [] })
      const outcome = await lake.client.commitTable(committedTable, append)
      assert.equal(outcome.outcome, 'unknown')
      assert.deepEqual(deltaLogOf(committed.metadata).versions(), [0])
    }))

  void test('a version that another engine has written over is neither read past nor written on', () =>
    withDelta(async (lake, table) => {
      const { metadata } = await commitFile(lake, table, { at: 1, now: Date.now() })
      const { root } = deltaLogOf(metadata)
      const version = (at: number) => `file://${root}/_delta_log/${String(at).padStart(20, '0')}.json`
      const other = Buffer.from('{"commitInfo":{"timestamp":1,"operation":"WRITE","engineInfo":"other"}}\n')
      await lake.store.put(version(1), other)
      await assert.rejects(load(lake), /1\.json was written over: it has 72 bytes, and had \d+ when Weir took it in/)
      const append = await prepareAppend({ metadata, store: lake.store, dataFiles: [] })
      assert.equal((await lake.client.commitTable(committedTable, append)).outcome, 'unknown')
      // Nor when the other engine has gone on.
      await lake.store.put(version(2), other)
      await assert.rejects(load(lake), /1\.json was written over/)
      assert.deepEqual(deltaLogOf(metadata).versions(), [0, 1, 2])
    }))

  void test('INV-DL7: a version that lacks or is damaged in the middle of the log is named, by reads and commits, until it is put back', async () => {
    let now = 1_000_000
    const pointers = memoryPointers()
    await using lake = await openLocalLake({ files: unsynced, pointers, now: () => now })
    let table = await createCommittedTable(lake, delta)
    for (let at = 1; at <= 5; at++) table = await commitFile(lake, table, { at, now: Date.now() })
    const { root } = deltaLogOf(table.metadata)
    const place = (version: number) => join(root, '_delta_log', `${String(version).padStart(20, '0')}.json`)
    /** A catalog that has seen the log before, and one that begins. */
    const begun = () =>
      connectCatalog({
        uri: 'http://catalog',
        fetch: fetchFrom(createCatalog({ pointers, objects: lake.store, warehouse: `file://${lake.folder}/lake` })),
      })
    const commit = async (client: CatalogClient) => {
      const append = await prepareAppend({ metadata: table.metadata, store: lake.store, dataFiles: [] })
      const outcome = await client.commitTable(committedTable, append)
      return outcome.outcome === 'unknown' ? String(outcome.cause) : outcome.outcome
    }
    const names = deltaLogOf(table.metadata).versions().length
    for (const [what, damage, said] of [
      ['gone', (path: string) => rmSync(path), /version 3 lacks/],
      ['cut', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 200)), /3\.json holds a line/],
      ['emptied', (path: string) => writeFileSync(path, ''), /3\.json is empty/],
    ] as const) {
      const bytes = readFileSync(place(3))
      damage(place(3))
      await assert.rejects(begun().loadTable(committedTable), said, what)
      assert.match(await commit(begun()), said, what)
      if (what === 'gone') {
        assert.match(await commit(lake.client), said)
        now += 10_000
        await assert.rejects(load(lake), said)
      }
      writeFileSync(place(3), bytes)
      assert.equal(deltaLogOf(table.metadata).versions().length, names)
      await begun().loadTable(committedTable)
      await load(lake)
    }
    // Of another engine, which has gone before it was taken in.
    for (const version of [6, 7]) deltaLogOf(table.metadata).append([{ commitInfo: { version } }])
    const sixth = readFileSync(place(6))
    rmSync(place(6))
    for (const client of [begun(), lake.client]) assert.match(await commit(client), /version 6 lacks/)
    now += 10_000
    await assert.rejects(load(lake), /version 6 lacks/)
    assert.deepEqual([existsSync(place(6)), existsSync(place(8))], [false, false])
    writeFileSync(place(6), sixth)
    assert.equal((await load(lake)).metadata.properties!['weir.delta.version'], '7')
  })

  void test('dropped with its files, the log goes too', () =>
    withDelta(async (lake, table) => {
      await commitFile(lake, table, { at: 1, now: Date.now() })
      await lake.client.dropTable(committedTable, { purge: true })
      const left = []
      for await (const { location } of lake.store.list(`${table.metadata.location}/data/`)) left.push(location)
      assert.deepEqual(left, [])
    }))
})

function shapeOf(log: ReturnType<typeof deltaLogOf>): Readonly<Record<string, unknown>> {
  return log.actions(0).find((action) => action['metaData'])!['metaData']!
}

function withColumn(log: ReturnType<typeof deltaLogOf>, name: string, type: string): string {
  const schema = JSON.parse(shapeOf(log)['schemaString'] as string) as { fields: object[] }
  return JSON.stringify({ ...schema, fields: [...schema.fields, { name, type, nullable: true, metadata: {} }] })
}
