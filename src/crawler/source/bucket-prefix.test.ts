import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import type { ListedObject, ObjectReader } from '../../storage/objects/s3/object-reader.ts'
import { lookAtParquet } from '../look/look-parquet.ts'
import { bucketPrefix } from './bucket-prefix.ts'

const root = 's3://acme/daily'

/** A bucket in memory; `asked` has the ranges that were read. */
function bucketOf(objects: Readonly<Record<string, Buffer>>) {
  const asked: { readonly from: number; readonly length: number }[] = []
  const listed = Object.entries(objects).map(([key, { length: sizeBytes }]): ListedObject => ({
    location: `s3://acme/${key}`,
    etag: `"${key}"`,
    sizeBytes,
    modifiedMs: 1,
    isArchived: false,
  }))
  const reader: Pick<ObjectReader, 'list' | 'range'> = {
    async *list(prefix) {
      for (const object of listed) if (object.location.startsWith(prefix)) yield object
    },
    async range({ location }, from, length) {
      asked.push({ from, length })
      return objects[location.slice('s3://acme/'.length)]!.subarray(from, from + length)
    },
  }
  return { reader: reader as ObjectReader, asked }
}

void suite('a prefix of a bucket', () => {
  void test('names are hidden and excluded as in a folder, and folder markers are no data', async () => {
    const empty = Buffer.alloc(0)
    const { reader } = bucketOf({
      'daily/': empty,
      'daily/b=1/': empty,
      'daily/b=1/x.csv': Buffer.from('id\n1\n'),
      'daily/_temporary/0/x.csv': empty,
      'daily/_day=1/x.csv': empty,
      'daily/.hidden': empty,
      'daily/old/x.csv': empty,
      'daily/x.tmp': empty,
      'daily-2/x.csv': empty,
    })
    const { files, hidden, excluded } = await bucketPrefix(root, reader, '').list(['old', '*.tmp'], {})
    assert.deepEqual(
      files.map(({ path, etag }) => [path, etag]),
      [
        ['_day=1/x.csv', '"daily/_day=1/x.csv"'],
        ['b=1/x.csv', '"daily/b=1/x.csv"'],
      ],
    )
    assert.deepEqual({ hidden, excluded }, { hidden: 4, excluded: 2 })
  })

  void test('a prefix without objects, a Delta table, and one inside are refused', async () => {
    const listing = (objects: Readonly<Record<string, Buffer>>) =>
      bucketPrefix(root, bucketOf(objects).reader, '').list([], {})
    const log = Buffer.from('{}')
    await assert.rejects(listing({ 'other/x.csv': log }), /WEIR-4022|no object lies under s3:\/\/acme\/daily\//)
    await assert.rejects(listing({ 'daily/_delta_log/0.json': log }), /s3:\/\/acme\/daily is a Delta table/)
    await assert.rejects(
      listing({ 'daily/a/b/_delta_log/0.json': log }),
      /s3:\/\/acme\/daily\/a\/b\/ is a Delta table inside/,
    )
    const source = bucketPrefix(root, bucketOf({ 'daily/_delta_log/0.json': log }).reader, '')
    assert.equal(await source.hasDeltaLog(), true)
  })

  void test('of Parquet nothing but its end is fetched, however long that is', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'weir-footer-'))
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson()
    try {
      for (const [columns, asks] of [
        [1, 1],
        [2000, 2],
      ] as const) {
        const path = join(scratch, 'whole.parquet')
        const items = Array.from({ length: columns }, (_, at) => `random() AS column_with_a_long_name_${at}`)
        await connection.run(
          `COPY (SELECT ${items.join(', ')} FROM range(${300_000 / columns})) TO '${path}' (FORMAT parquet)`,
        )
        const whole = readFileSync(path)
        const { reader, asked } = bucketOf({ 'daily/a.parquet': whole })
        const source = bucketPrefix(root, reader, scratch)
        const [file] = (await source.list([], {})).files
        const found = await source.withFooter(file!, (shown) => lookAtParquet(shown, query))
        assert.deepEqual(found, await lookAtParquet(path, query))
        assert.equal(found.kind === 'readable' && found.rows, 300_000 / columns)
        assert.equal(asked.length, asks)
        assert.ok(Math.max(...asked.map(({ length }) => length)) < whole.length / 3)
      }
    } finally {
      connection.closeSync()
      instance.closeSync()
      rmSync(scratch, { recursive: true })
    }
  })
})
