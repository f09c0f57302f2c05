import assert from 'node:assert/strict'
import { appendFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { crawledFolder, type CrawledFolder } from '../../../test/support/crawled-folder.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ScanFilter } from '../blank/scan-filter.ts'
import { crawledPlanner } from './crawled-planner.ts'
import type { TablePlan, TablePlanner } from './table-plan.ts'

void suite('tables that crawlers found', () => {
  void test('files of partitions that nobody asks for are left out, those that cannot be told are not', async () => {
    await using crawled = await crawledFolder()
    crawled.write({
      'day=2024-01-01/n=1/t=a/x.csv': 'id\n1\n',
      'day=2024-01-02/n=20/t=b/x.csv': 'id\n2\n',
      'day=__HIVE_DEFAULT_PARTITION__/n=3/t=%C3%A4/x.csv': 'id\n3\n',
    })
    await crawled.crawl()
    const day = (value: string) => ({ type: { id: 'DATE' }, is_null: false, value: Date.parse(value) / 86_400_000 })
    const int = (value: number, id = 'INTEGER') => ({ type: { id }, is_null: false, value })
    const text = (value: string) => ({ type: { id: 'VARCHAR' }, is_null: false, value })
    for (const [filter, expected] of [
      [{ column: 'day', test: '=', constant: day('2024-01-02') }, '2'],
      [{ column: 'day', test: '>=', constant: day('2024-01-01') }, '12'],
      [{ column: 'day', test: '<', constant: day('2024-01-01') }, ''],
      [{ column: 'day', test: 'is null' }, '3'],
      [{ column: 'day', test: 'is not null' }, '12'],
      [{ column: 'n', test: '>', constant: int(1) }, '23'],
      [{ column: 'n', test: '<=', constant: int(3) }, '13'],
      // Of another type than the column's it says nothing.
      [{ column: 'n', test: '=', constant: int(1, 'DOUBLE') }, '123'],
      [{ column: 'id', test: '=', constant: int(1) }, '123'],
      // By the bytes of UTF-8.
      [{ column: 't', test: '>', constant: text('z') }, '3'],
      [
        {
          all: [
            { column: 'n', test: '>', constant: int(1) },
            { column: 't', test: '=', constant: text('b') },
          ],
        },
        '2',
      ],
      [
        {
          any: [
            { column: 'n', test: '=', constant: int(1) },
            { column: 'day', test: 'is null' },
          ],
        },
        '13',
      ],
    ] as readonly (readonly [ScanFilter, string])[])
      assert.equal(await idsOf(crawled, filter), expected, JSON.stringify(filter))
  })

  void test('INV-S8: files of a Delta table are left out by what its log tells of their rows', async () => {
    await using crawled = await crawledFolder()
    const file = async (name: string, sql: string, stats?: object) => {
      crawled.write({ [`${name}.txt`]: '' })
      await crawled.run(`COPY (${sql}) TO '${crawled.folder}/${name}.parquet' (FORMAT parquet)`)
      const told = stats === undefined ? {} : { stats: JSON.stringify(stats) }
      return {
        add: { path: `${name}.parquet`, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true, ...told },
      }
    }
    const fields = Object.entries({ id: 'long', t: 'string', x: 'double' }).map(([name, type]) => {
      return { name, type, nullable: true, metadata: {} }
    })
    const schemaString = JSON.stringify({ type: 'struct', fields })
    const shape = { id: 'x', format: { provider: 'parquet', options: {} }, schemaString, partitionColumns: [] }
    const row = (id: number, t: string) => `SELECT ${id}::BIGINT AS id, ${t} AS t, 'NaN'::DOUBLE AS x`
    const actions = [
      { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
      { metaData: { ...shape, configuration: {} } },
      await file('a', row(1, `'a'`), {
        numRecords: 1,
        minValues: { id: 1, t: 'a', x: 1 },
        maxValues: { id: 1, t: 'b', x: 1 },
        nullCount: { id: 0, t: 0 },
      }),
      await file('b', row(2, `NULL::VARCHAR`), {
        numRecords: 1,
        minValues: { id: 2 },
        maxValues: { id: 2 },
        nullCount: { id: 0, t: 1 },
      }),
      await file('c', row(3, `'c'`)),
    ]
    crawled.write({
      [`_delta_log/${'0'.padStart(20, '0')}.json`]: actions.map((one) => JSON.stringify(one)).join('\n'),
    })
    await crawled.crawl()
    const long = (value: number) => ({ type: { id: 'BIGINT' }, is_null: false, value })
    const text = (value: string) => ({ type: { id: 'VARCHAR' }, is_null: false, value })
    const double = (value: number) => ({ type: { id: 'DOUBLE' }, is_null: false, value })
    for (const [filter, expected] of [
      // What tells nothing is read.
      [{ column: 'id', test: '=', constant: long(1) }, '13'],
      [{ column: 'id', test: '>', constant: long(1) }, '23'],
      [{ column: 'id', test: '<', constant: long(1) }, '3'],
      [{ column: 'id', test: 'is null' }, '3'],
      [{ column: 't', test: 'is null' }, '23'],
      [{ column: 't', test: '>', constant: text('b') }, '23'],
      // Engines order NaN above all, and statistics leave it out.
      [{ column: 'x', test: '>', constant: double(5) }, '123'],
      [{ column: 'x', test: '<', constant: double(0.5) }, '23'],
    ] as readonly (readonly [ScanFilter, string])[])
      assert.equal(await idsOf(crawled, filter), expected, JSON.stringify(filter))
  })

  void test('a file that is another one, of the same size too, or gone, fails the statement and names the crawler', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'n=1/a.csv': 'id\n1\n', 'n=2/a.csv': 'id\n2\n' })
    await crawled.crawl()
    const only = { column: 'n', test: '=', constant: { type: { id: 'INTEGER' }, is_null: false, value: 1 } } as const
    utimesSync(join(crawled.folder, 'n=2/a.csv'), new Date(), new Date(Date.now() + 5000))
    await rejects(idsOf(crawled), /n=2\/a\.csv was changed after crawler test found it/)
    assert.equal(await idsOf(crawled, only), '1')
    appendFileSync(join(crawled.folder, 'n=1/a.csv'), '3\n')
    await rejects(idsOf(crawled, only), /n=1\/a\.csv was changed/)
    await crawled.crawl()
    rmSync(join(crawled.folder, 'n=1/a.csv'))
    await rejects(idsOf(crawled), /n=1\/a\.csv was removed/)
  })
})

void suite('INV-C8: files of JSON that a statement reads whole', () => {
  const later = () => Date.now() + 60_000
  const reads = new AbortController().signal

  void test("are looked through once, and then read by DuckDB's own reader, by every statement", async () => {
    await using crawled = await crawledFolder()
    const many = '{"id":1}\n'.repeat(1_900_000)
    crawled.write({ 'a.ndjson': many, 'b.ndjson': '{"id":3}\n{"id": 4 }\n' })
    await crawled.crawl()
    const planner = crawledPlanner({ objects: crawled.objects, now: later })
    const own = /\bread_json\(\[('[^']+'(, )?)+\]/
    assert.doesNotMatch((await planOf(crawled, planner)).sql, own)
    const { sql, mustBeSame } = await planOf(crawled, planner, reads)
    assert.match(own.exec(sql)![0], /a\.ndjson.*b\.ndjson/)
    assert.doesNotMatch(sql, /read_json_objects/)
    assert.deepEqual(
      await crawled.query(`SELECT DISTINCT id FROM (${sql}) ORDER BY id`),
      [1, 3, 4].map((id) => ({ id: `${id}` })),
    )
    await mustBeSame!()
    assert.match((await planOf(crawled, planner)).sql, own)
  })

  void test('with a line that the reader would change in silence are read member by member, the others not', async () => {
    await using crawled = await crawledFolder()
    const wrong = ['{"id":1.0}', '{"id":true}', '{"ID":1}', '{"id":1,"id":2}', '{"id":"1"}', '{"id":1,"new":2}']
    for (const line of wrong) {
      crawled.write({ 'a.ndjson': '{"id":1}\n', 'b.ndjson': `${'{"id":2}\n'.repeat(1000)}${line}\n` })
      await crawled.crawl()
      const { sql } = await planOf(crawled, crawledPlanner({ objects: crawled.objects, now: later }), reads)
      assert.match(sql, /read_json\(\['[^']*a\.ndjson'\]/, line)
      assert.match(sql, /read_json_objects\(\['[^']*b\.ndjson'\]/, line)
      await assert.rejects(crawled.query(sql), line)
    }
  })

  void test('are looked through by any statement when they are small', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'a.ndjson': '{"id":1}\n' })
    await crawled.crawl()
    assert.match((await planOf(crawled, crawledPlanner({ objects: crawled.objects, now: later }))).sql, /read_json\(/)
  })

  void test('are not looked through where they are many and small', async () => {
    await using crawled = await crawledFolder()
    crawled.write(Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`${at}.ndjson`, '{"id":1}\n'])))
    await crawled.crawl()
    const { sql } = await planOf(crawled, crawledPlanner({ objects: crawled.objects, now: later }), reads)
    assert.doesNotMatch(sql, /read_json\(/)
  })

  void test('that others change until its end fail it', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'a.ndjson': '{"id":1}\n' })
    await crawled.crawl()
    const { mustBeSame } = await planOf(crawled, crawledPlanner({ objects: crawled.objects, now: later }), reads)
    writeFileSync(join(crawled.folder, 'a.ndjson'), '{"id":2}\n')
    await rejects(mustBeSame!(), /a\.ndjson was changed after crawler test found it/)
  })

  void test('that were changed a moment ago, whose times might not tell of the next change, are not looked through', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'a.ndjson': '{"id":1}\n' })
    await crawled.crawl()
    const planner = crawledPlanner({
      objects: crawled.objects,
      now: () => statSync(join(crawled.folder, 'a.ndjson')).ctimeMs,
    })
    assert.match((await planOf(crawled, planner, reads)).sql, /read_json_objects/)
  })

  void test('are not looked through any more when the statement is canceled', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'a.ndjson': '{"id":1}\n' })
    await crawled.crawl()
    const planner = crawledPlanner({ objects: crawled.objects, now: later })
    await assert.rejects(planOf(crawled, planner, AbortSignal.abort(new Error('canceled'))), /canceled/)
    assert.match((await planOf(crawled, planner, reads)).sql, /read_json\(/)
  })
})

async function planOf(crawled: CrawledFolder, planner: TablePlanner, reads?: AbortSignal): Promise<TablePlan> {
  const relation = { schema: 'public', name: 't', columns: [{ name: 'id', type: 'long', required: false }] }
  const resolved = { schema: 'public', name: 't', metadataLocation: crawled.location(), tails: [], notices: [] }
  const plan = await planner.plan(relation, resolved, async () => undefined, undefined, reads)
  assert.ok(plan !== 'stale')
  return plan
}

async function idsOf(crawled: CrawledFolder, filter?: ScanFilter): Promise<string> {
  const planner = crawledPlanner({ objects: crawled.objects })
  const relation = { schema: 'public', name: 't', columns: [{ name: 'id', type: 'long', required: false }] }
  const resolved = { schema: 'public', name: 't', metadataLocation: crawled.location(), tails: [], notices: [] }
  const plan = await planner.plan(relation, resolved, async () => filter)
  assert.notEqual(plan, 'stale')
  return (await crawled.query(`SELECT * FROM (${(plan as { sql: string }).sql}) ORDER BY id`))
    .map(({ id }) => String(id))
    .join('')
}

async function rejects(work: Promise<unknown>, pattern: RegExp): Promise<void> {
  await assert.rejects(
    work,
    (error) => error instanceof WeirError && error.code === 'WEIR-4021' && pattern.test(error.message),
  )
}
