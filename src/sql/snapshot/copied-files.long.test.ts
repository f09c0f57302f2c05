import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { startLakeEngine, type LakeEngine } from '../../../test/support/lake-engine.ts'
import type { LocalLake } from '../../../test/support/local-lake.ts'
import { systemClock } from '../../kernel/clock.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { openObjectCache, type ObjectCache } from '../../storage/objects/cache/object-cache.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'

const filesEach = 6
const rowsEach = 4000
const rowsOf = (from: number) =>
  `SELECT range AS id, md5(range::VARCHAR) AS text FROM range(${from * rowsEach}, ${(from + 1) * rowsEach})`
const table = (name: string, first: number) => ({
  name,
  columns: { id: 'long', text: 'string' },
  files: Array.from({ length: filesEach }, (_, at) => rowsOf(first + at)),
})

/** The lake as if it lay in S3: DuckDB reads copies in a bounded cache. */
function copied(bytesMax: number) {
  let cache: ObjectCache | undefined
  const fetched: string[] = []
  const readFrom = ({ store, folder }: LocalLake): ObjectStore => {
    const opened = openObjectCache({
      folder: join(folder, 'copies'),
      bytesMax,
      files: nodeFiles,
      clock: systemClock,
      read: async (location, sink) => {
        fetched.push(location)
        const bytes = await store.get(location)
        await sink.begin(bytes.length)
        await sink.write(bytes)
      },
    })
    cache = opened
    return {
      ...store,
      copyBytesMax: bytesMax,
      hold: (location) => opened.hold(location),
      localPath: (location) => opened.keep(location),
    }
  }
  return { readFrom, fetched, figures: () => cache!.figures() }
}

async function connected({ lake }: LakeEngine): Promise<pg.Client> {
  const client = new pg.Client({ host: lake.folder, port: 5432, user: 'weir', database: 'weir' })
  await client.connect()
  return client
}

const counted = (name: string) => `select count(*)::int as n, count(distinct text)::int as texts from ${name}`
const whole = [{ n: filesEach * rowsEach, texts: filesEach * rowsEach }]

/** What a file takes, about; there is room for one of the tables and a half. */
const fileBytes = 84_100
const bytesMax = filesEach * fileBytes * 1.5

void test('queries over the same files share their copies, and copies of tables that nobody reads give way', async () => {
  const store = copied(bytesMax)
  await using engine = await startLakeEngine([table('a', 0), table('b', filesEach)], [], store.readFrom)
  const clients = await Promise.all(Array.from({ length: 4 }, () => connected(engine)))
  try {
    const answers = await Promise.all(clients.map(async (client) => (await client.query(counted('a'))).rows))
    for (const rows of answers) assert.deepEqual(rows, whole)
    assert.equal(store.fetched.length, filesEach, 'each file was fetched once for all of them')
    for (const name of ['b', 'a', 'b']) assert.deepEqual((await engine.client.query(counted(name))).rows, whole)
    const { evictions, bytes } = store.figures()
    assert.ok(evictions > 0 && bytes <= bytesMax, `${evictions} evictions, ${bytes} bytes`)
    const copies = readdirSync(join(engine.lake.folder, 'copies')).filter((file) => !file.startsWith('.'))
    assert.ok(copies.length < 2 * filesEach, `${copies.length} copies`)
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
})

void test('files are held for as long as rows are read, and let go then', async () => {
  const store = copied(bytesMax)
  await using engine = await startLakeEngine([table('a', 0), table('b', filesEach)], [], store.readFrom)
  const reader = await connected(engine)
  try {
    await reader.query(`begin; declare c cursor for select id, text from a order by id`)
    const first = await reader.query('fetch 10 from c')
    assert.equal(first.rows.length, 10)
    // The other table needs the room of files that the cursor reads.
    await assert.rejects(engine.client.query(counted('b')), {
      code: '53400',
      message: /the table at .*\/b cannot be read: no room for a copy of .* Raise the size of the cache/,
    })
    assert.equal((await reader.query('fetch all from c')).rows.length, filesEach * rowsEach - 10)
    await reader.query('commit')
    assert.deepEqual((await engine.client.query(counted('b'))).rows, whole)
  } finally {
    await reader.end()
  }
})

void test('a query over more than copies may take is refused before anything is fetched; a part of it is answered', async () => {
  const store = copied(fileBytes * 2)
  await using engine = await startLakeEngine([table('a', 0)], [], store.readFrom)
  await assert.rejects(engine.client.query(counted('a')), {
    code: '53400',
    message: /6 files of .* would be read at once, and copies of files may take .*objects: \{ cache: \{ size \} \}/,
  })
  assert.deepEqual(store.fetched, [])
  const { rows } = await engine.client.query(`select count(*)::int as n from a where id < ${rowsEach}`)
  assert.deepEqual(rows, [{ n: rowsEach }])
  assert.equal(store.fetched.length, 1)
})
