import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { crawledFolder, type CrawledFolder } from '../../test/support/crawled-folder.ts'

void suite('Delta tables', () => {
  void test('the log says which files, columns and values of folders there are; a file behind its back is none', async () => {
    await using crawled = await crawledFolder()
    await parquet(crawled, 'a b.parquet', 'SELECT 1::INTEGER AS id, 0.5::FLOAT AS x')
    await parquet(crawled, 'b.parquet', 'SELECT 2::BIGINT AS id')
    await parquet(crawled, 'gone.parquet', 'SELECT 3::BIGINT AS id')
    await parquet(crawled, 'unnamed.parquet', 'SELECT 4::BIGINT AS id')
    commit(crawled, 0, [
      protocol,
      schema({ id: 'long', x: 'double', at: 'timestamp', day: 'date' }, ['at', 'day']),
      add('gone.parquet', { at: '', day: '' }),
    ])
    commit(crawled, 1, [
      { remove: { path: 'gone.parquet', dataChange: true, deletionTimestamp: 1 } },
      add('a%20b.parquet', { at: '2024-01-01 12:00:00', day: '2024-01-01' }),
      add('b.parquet', { at: '2024-01-01T12:00:00.5Z', day: null }),
      { commitInfo: { operation: 'WRITE' } },
    ])
    const { summary } = await crawled.crawl()
    assert.deepEqual([summary.format, summary.files], ['delta, version 1', 2])
    // A session's zone says nothing of the folders.
    await crawled.run(`SET TimeZone = 'Asia/Tokyo'`)
    assert.deepEqual(await crawled.rows('ORDER BY id'), [
      { id: '1', x: 0.5, at: '2024-01-01 12:00:00+00', day: '2024-01-01' },
      { id: '2', x: null, at: '2024-01-01 12:00:00.5+00', day: null },
    ])
    commit(crawled, 2, [{ remove: { path: 'b.parquet' } }])
    assert.equal((await crawled.crawl()).summary.hasChanged, true)
    assert.equal((await crawled.rows()).length, 1)
  })

  void test('what cannot be read exactly fails the crawl, and the table stays as it was', async () => {
    await using crawled = await crawledFolder()
    await parquet(crawled, 'a.parquet', `SELECT 1::BIGINT AS id`)
    commit(crawled, 0, [protocol, schema({ id: 'long' }), add('a.parquet')])
    await crawled.crawl()
    for (const [actions, pattern] of [
      [[add('missing.parquet')], /the log names missing\.parquet, which is not there/],
      [[add('../a.parquet')], /names \.\.\/a\.parquet, which is outside/],
      [[add('file:///a.parquet')], /which is outside/],
      [[schema({ id: 'integer' })], /"id" is long, in the table it is int/],
      [
        [{ protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['new'] } }],
        /asks of its readers: new/,
      ],
      [['{"add":'], /holds a line that is no action/],
    ] as const) {
      commit(crawled, 1, actions)
      await assert.rejects(crawled.crawl(), pattern)
      assert.deepEqual(await crawled.rows(), [{ id: '1' }])
    }
    rmSync(join(crawled.folder, '_delta_log'), { recursive: true })
    commit(crawled, 0, [protocol, schema({ id: 'long' }), add('a.parquet')])
    await assert.rejects(crawled.crawl({ columns: { id: 'int' } }), /whose log says the types/)
    // Its files alone hold rows that are deleted.
    await assert.rejects(crawled.crawl({ format: 'parquet' }), /is a Delta table\. Leave format out/)
    await assert.rejects(crawled.crawl({ folder: join(crawled.folder, '..') }), /is a Delta table inside/)
  })
})

const protocol = { protocol: { minReaderVersion: 1, minWriterVersion: 2 } }

function schema(columns: Readonly<Record<string, string>>, partitionColumns: readonly string[] = []): unknown {
  const fields = Object.entries(columns).map(([name, type]) => ({ name, type, nullable: true, metadata: {} }))
  const schemaString = JSON.stringify({ type: 'struct', fields })
  return {
    metaData: {
      id: 'x',
      format: { provider: 'parquet', options: {} },
      schemaString,
      partitionColumns,
      configuration: {},
    },
  }
}

function add(path: string, partitionValues: Readonly<Record<string, string | null>> = {}): unknown {
  return { add: { path, partitionValues, size: 1, modificationTime: 1, dataChange: true } }
}

function commit({ folder }: CrawledFolder, version: number, actions: readonly unknown[]): void {
  mkdirSync(join(folder, '_delta_log'), { recursive: true })
  const lines = actions.map((action) => (typeof action === 'string' ? action : JSON.stringify(action)))
  writeFileSync(join(folder, '_delta_log', `${String(version).padStart(20, '0')}.json`), `${lines.join('\n')}\n`)
}

async function parquet(crawled: CrawledFolder, name: string, sql: string): Promise<void> {
  await crawled.run(`COPY (${sql}) TO '${join(crawled.folder, name)}' (FORMAT parquet)`)
}
