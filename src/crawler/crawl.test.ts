import assert from 'node:assert/strict'
import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { crawledFolder, type CrawledFolder } from '../../test/support/crawled-folder.ts'

void suite('crawl', () => {
  void test('CSV files become a table whose types keep what is written', async () => {
    await using crawled = await crawledFolder()
    crawled.write({
      'a.csv':
        'id,code,amount,big,day,at,ok,note\n1,007,1.5,12345678901234567890123,2024-02-29,2024-02-29T10:00:00Z,true,x\n',
      'b.csv.gz': gzipSync(
        'id,code,amount,big,day,at,ok,note\n2,008,2,1,2024-03-01,2024-03-01 10:00:00+02:00,false,\n',
      ),
      'c.csv.zst': zstdCompressSync('id,code,amount,big,day,at,ok,note\n-3,,,,,,,""\n'),
    })
    await crawled.crawl()
    assert.deepEqual(typesOf(await crawled.table()), {
      id: 'long',
      code: 'string',
      amount: 'double',
      big: 'decimal(38,0)',
      day: 'date',
      at: 'timestamptz',
      ok: 'boolean',
      note: 'string',
    })
    assert.deepEqual(await crawled.rows('ORDER BY abs(id)'), [
      row(['1', '007', 1.5, '12345678901234567890123', '2024-02-29', '2024-02-29 10:00:00+00', true, 'x']),
      row(['2', '008', 2, '1', '2024-03-01', '2024-03-01 08:00:00+00', false, null]),
      row(['-3', null, null, null, null, null, null, '']),
    ])
  })

  void test('JSON files are lines, arrays and objects one after the other; a number keeps its digits, an object its members', async () => {
    await using crawled = await crawledFolder()
    crawled.write({
      'a.ndjson':
        '{"id":1,"big":12345678901234567890123,"x":0.1,"s":"2024-01-01","n":{"a":[1,2]},"ok":true}\n{"id":2,"later":1}\n',
      'b.json': '[\n {"id": 3, "x": 4},\n {"id": 4, "s": null}\n]\n',
      'c.json': '{\n "id": 5,\n "s": "}{"\n}\n{ "id": 6 }',
    })
    await crawled.crawl()
    assert.deepEqual(typesOf(await crawled.table()), {
      id: 'long',
      big: 'decimal(38,0)',
      x: 'double',
      s: 'string',
      n: 'struct<a: list<long>>',
      ok: 'boolean',
      later: 'long',
    })
    const rows = await crawled.rows('ORDER BY id')
    assert.deepEqual(
      rows.map((found) => Object.values(found).map(String).join('|')),
      [
        '1|12345678901234567890123|0.1|2024-01-01|[object Object]|true|null',
        '2|null|null|null|null|null|1',
        '3|null|4|null|null|null|null',
        '4|null|null|null|null|null|null',
        '5|null|null|}{|null|null|null',
        '6|null|null|null|null|null|null',
      ],
    )
  })

  void test('Parquet files keep their types, narrow ones are widened, and nanoseconds that are none are microseconds', async () => {
    await using crawled = await crawledFolder()
    crawled.write({})
    const parquet = (name: string, sql: string) =>
      crawled.run(`COPY (${sql}) TO '${join(crawled.folder, name)}' (FORMAT parquet)`)
    await parquet(
      'a.parquet',
      `SELECT 1::INTEGER AS id, [1, 2] AS l, {'a': 'x'} AS st, TIMESTAMP_NS '2024-01-01 00:00:00.000001' AS at, 'b'::BLOB AS b`,
    )
    await parquet('b.parquet', `SELECT 9007199254740993::BIGINT AS id, NULL::INTEGER[] AS l, 1.50::DECIMAL(9,2) AS d`)
    await crawled.crawl()
    assert.deepEqual(typesOf(await crawled.table()), {
      id: 'long',
      l: 'list<int>',
      st: 'struct<a: string>',
      at: 'timestamp',
      b: 'binary',
      d: 'decimal(9,2)',
    })
    const rows = await crawled.rows('ORDER BY id')
    assert.deepEqual(
      rows.map(({ id, at, d }) => [id, at, d]),
      [
        ['1', '2024-01-01 00:00:00.000001', null],
        ['9007199254740993', null, '1.50'],
      ],
    )
    await parquet('c.parquet', `SELECT 3::INTEGER AS id, TIMESTAMP_NS '2024-01-01 00:00:00.000000001' AS at`)
    await crawled.crawl()
    await assert.rejects(
      crawled.rows(),
      /WEIR-4020 .*c\.parquet: the column "at" is timestamp, but a value has nanoseconds/,
    )
  })

  void test('folders say partitions: numbers, dates and texts, null by its name, escapes undone', async () => {
    await using crawled = await crawledFolder()
    crawled.write({
      'dt=2024-01-01/n=1/c=a%2Fb/x.csv': 'id\n1\n',
      'dt=2024-01-02/n=20/c=007/x.csv': 'id\n2\n',
      'dt=__HIVE_DEFAULT_PARTITION__/n=3/c=y/x.csv': 'id\n3\n',
      'odd/x.csv': 'id\n4\n',
    })
    const { summary } = await crawled.crawl()
    assert.deepEqual(typesOf(await crawled.table()), { id: 'long', dt: 'date', n: 'int', c: 'string' })
    assert.deepEqual(await crawled.rows('ORDER BY id'), [
      { id: '1', dt: '2024-01-01', n: 1, c: 'a/b' },
      { id: '2', dt: '2024-01-02', n: 20, c: '007' },
      { id: '3', dt: null, n: 3, c: 'y' },
    ])
    assert.deepEqual([summary.files, summary.partitions, summary.leftOut], [3, 3, { 'other partitions': 1 }])
    assert.match((await crawled.table()).leftOut[0]!.detail, /its folders say none, those of the table dt, n, c/)
  })

  void test('what is no data is not seen, and what cannot be read is listed with its reason', async () => {
    await using crawled = await crawledFolder()
    crawled.write({
      'a.csv': 'id,name\n1,x\n',
      'empty.csv': '',
      'blank.csv': '\n \n',
      'ragged.csv': 'id,name\n1,x\n2,y,z\n',
      'twice.csv': 'id,ID\n1,2\n',
      'open.csv': 'id,name\n1,"x\n',
      'latin.csv': Buffer.from('id,name\n1,\u00e9\n', 'latin1'),
      'other.json': '{"id":1}',
      'broken.parquet': 'PAR1 and no more',
      'image.bin': Buffer.from([1, 0, 2, 0]),
      'skip/b.csv': 'id,name\n2,y\n',
      _SUCCESS: '',
      '.a.csv.crc': 'x',
      '_temporary/c.csv': 'id,name\n3,z\n',
    })
    symlinkSync('/etc/passwd', join(crawled.folder, 'link.csv'))
    symlinkSync('.', join(crawled.folder, 'loop'))
    const { summary } = await crawled.crawl({ exclude: ['skip/**'] })
    assert.deepEqual(await crawled.rows(), [{ id: '1', name: 'x' }])
    assert.deepEqual([summary.hidden, summary.excluded], [3, 1])
    const reasons = Object.fromEntries(
      (await crawled.table()).leftOut.map(({ path, reason, detail }) => [path, `${reason}: ${detail}`]),
    )
    for (const [path, pattern] of Object.entries({
      'empty.csv': /^empty: it has no bytes/,
      'blank.csv': /^empty: .*white space/,
      'ragged.csv': /^unreadable: record 3 has 3 fields, the first has 2/,
      'twice.csv': /^unreadable: the columns "id" and "ID" differ only by case/,
      'open.csv': /^unreadable: a quote is not closed/,
      'latin.csv': /^unreadable: the bytes are not UTF-8/,
      'other.json': /^other format: it is json, the table is of csv/,
      'broken.parquet': /^unreadable: /,
      'image.bin': /^no table: it holds bytes that are no text/,
      'link.csv': /^symbolic link/,
      loop: /^symbolic link/,
    }))
      assert.match(reasons[path] ?? 'not there', pattern, path)
    assert.equal(Object.keys(reasons).length, 11)
  })

  void test('delimiter and header are found and said, and declared ones are taken', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'a.csv': '1;x, y\n2;z\n' })
    const dry = await crawled.crawl({}, { dry: true })
    assert.deepEqual(dry.files![0]!.why, [
      'format: csv, its name ends in .csv',
      'fields are separated by semicolons: 2 records of 2 fields each',
      'header: no, for the first record has an empty field, a number, a date, or a field twice',
    ])
    await crawled.crawl()
    assert.deepEqual(await crawled.rows('ORDER BY 1'), [
      { column1: '1', column2: 'x, y' },
      { column1: '2', column2: 'z' },
    ])
    await crawled.crawl({ csv: { delimiter: ';', header: true, quote: '"', nullValues: ['z'] } })
    assert.deepEqual(await crawled.rows(), [{ '1': '2', 'x, y': null }])
  })

  void test('later runs find new, changed and removed files, new columns and wider types; nothing else is opened', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'dt=2024-01-01/a.csv': 'id,x\n1,1\n', 'dt=2024-01-01/b.csv': 'id,x\n2,2\n' })
    assert.equal((await crawled.crawl()).summary.looked, 2)
    const same = await crawled.crawl()
    assert.deepEqual([same.summary.looked, same.summary.hasChanged], [0, false])
    crawled.write({ 'dt=2024-01-02/c.csv': 'id,x,new\n3,3.5,n\n', 'dt=2024-01-01/a.csv': 'id,x\n10,1\n' })
    rmSync(join(crawled.folder, 'dt=2024-01-01/b.csv'))
    const { summary } = await crawled.crawl()
    assert.deepEqual(
      [summary.looked, summary.filesAdded, summary.filesChanged, summary.filesRemoved, summary.newPartitions],
      [2, 1, 1, 1, 1],
    )
    assert.deepEqual([summary.columnsAdded, summary.columnsWidened], [['new string'], ['x from long to double']])
    assert.deepEqual(await crawled.rows('ORDER BY id'), [
      { id: '3', x: 3.5, new: 'n', dt: '2024-01-02' },
      { id: '10', x: 1, new: null, dt: '2024-01-01' },
    ])
  })

  void test('a file that does not fit is left out as a whole, by column and value; with quarantine new columns are too, with fail nothing changes', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'a.csv': 'id,x\n1,1\n' })
    await crawled.crawl()
    crawled.write({ 'b.csv': 'id,x\n2,abc\n', 'c.csv': 'id,x,y\n3,3,3\n' })
    await assert.rejects(crawled.crawl({ onDrift: 'fail' }), /WEIR-4023|1 files do not fit|2 files do not fit/)
    assert.deepEqual(await crawled.rows(), [{ id: '1', x: '1' }])
    await crawled.crawl({ onDrift: 'quarantine' })
    assert.deepEqual(await leftOut(crawled), {
      'b.csv': 'the column "x" is string, in the table it is long',
      'c.csv': `the column "y" is new. With onDrift: 'widen' the table would have it`,
    })
    await crawled.crawl()
    assert.deepEqual(Object.keys(await leftOut(crawled)), ['b.csv'])
    assert.deepEqual(await crawled.rows('ORDER BY id'), [
      { id: '1', x: '1', y: null },
      { id: '3', x: '3', y: '3' },
    ])
  })

  void test('what lies beyond the sample fails the query, never becomes null; a crawl of all rows finds it', async () => {
    await using crawled = await crawledFolder()
    const lines = Array.from({ length: 50 }, (_, at) => `${at},${at}`).join('\n')
    crawled.write({ 'a.csv': `id,x\n${lines}\n50,1.5\n`, 'b.csv': 'id,x\n51,51\n' })
    await crawled.crawl({ sampleRows: 10 })
    await assert.rejects(crawled.rows(), /WEIR-4020 .*a\.csv: the column "x" is long, but a value is 1\.5/)
    // Columns that nobody asks for are not read.
    assert.deepEqual(await crawled.rows('WHERE id = 51', 'id'), [{ id: '51' }])
    await crawled.crawl({ sampleRows: null })
    assert.equal((await crawled.table()).columns[1]!.type, 'double')
    assert.equal((await crawled.rows()).length, 52)
  })

  void test('JSON beyond the sample: members, kinds and digits that nobody expected fail the query', async () => {
    for (const [line, pattern] of [
      ['{"id":2,"more":1}', /members that no crawl has seen/],
      ['{"id":2,"id":3}', /members that no crawl has seen, or one twice/],
      ['{"id":"2"}', /the column "id" is long, but a value is "2"/],
      ['{"id":2.0}', /the column "id" is long, but a value is 2\.0/],
      ['{"id":true}', /the column "id" is long, but a value is true/],
      ['{"x":0.1234567890123456789}', /digits that a double does not keep/],
      ['{"id":2}\n[1]', /members that no crawl has seen/],
      ['{"s":12345678901234567890.5}', /digits that a double does not keep/],
      ['{"s":{"x":0.5},"x":0.500000000000000000001}', /digits that a double does not keep/],
      ['{"s":"\\"x\\":0.5,","x":0.500000000000000000001}', /digits that a double does not keep/],
      ['{"x":1e-400}', /digits that a double does not keep/],
    ] as const) {
      await using crawled = await crawledFolder()
      crawled.write({ 'a.json': `{"id":1,"x":0.5,"s":"12345678901234567890.5"}\n${line}\n` })
      await crawled.crawl({ sampleRows: 1 })
      await assert.rejects(crawled.rows(), pattern, line)
    }
  })

  void test('JSON with a member without a name is left out: SQL could not say it', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'a.ndjson': '{"id":1}\n', 'b.ndjson': '{"":1,"id":2}\n' })
    await crawled.crawl()
    const { leftOut } = await crawled.table()
    assert.deepEqual(
      leftOut.map(({ path, reason, detail }) => `${path} ${reason}: ${detail}`),
      ['b.ndjson unreadable: a column has no name, which SQL cannot say. Name it'],
    )
    assert.deepEqual(await crawled.rows(), [{ id: '1' }])
  })

  void test('objects without a member are no table, and rows of nulls of one that has columns', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'a.ndjson': '{}\n{}\n' })
    await crawled.crawl()
    const { columns, files, leftOut } = await crawled.table()
    assert.deepEqual([columns, files], [[], []])
    assert.deepEqual(
      leftOut.map(({ path, reason, detail }) => ({ path, reason, detail })),
      [{ path: 'a.ndjson', reason: 'no table', detail: 'none of its objects has a member' }],
    )
    crawled.write({ 'b.ndjson': '{"id":1}\n' })
    const { summary } = await crawled.crawl()
    assert.deepEqual([summary.files, summary.leftOut], [2, {}])
    assert.deepEqual(await crawled.rows('ORDER BY id'), [{ id: '1' }, { id: null }, { id: null }])
  })

  void test('declared types hold: a file with other values is left out, and text is kept as it is', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'm=01/a.csv': 'id,x\n1,1.50\n', 'm=02/b.csv': 'id,x\n2,n/a\n', 'm=03/c.csv': 'id,x\n3,\n' })
    await crawled.crawl({ columns: { id: 'string', x: 'decimal(9,2)', m: 'int' } })
    assert.deepEqual(await crawled.rows('ORDER BY id'), [
      { id: '1', x: '1.50', m: 1 },
      { id: '3', x: null, m: 3 },
    ])
    assert.match(
      (await leftOut(crawled))['m=02/b.csv']!,
      /"x" is declared as decimal\(9,2\), but in row 1 it is "n\/a"/,
    )
  })

  void test('a crawl that is stopped goes on where it was, and has changed nothing', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'a.csv': 'id\n1\n' })
    await crawled.crawl()
    crawled.write(Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`p=${at}/b.csv`, 'id\n2\n'])))
    rmSync(join(crawled.folder, 'a.csv'))
    const stop = new AbortController()
    const stopped = crawled.crawl({}, { signal: stop.signal })
    setTimeout(() => stop.abort(new Error('stopped')), 15)
    await assert.rejects(stopped, /stopped/)
    assert.deepEqual(
      (await crawled.table()).files.map(({ path }) => path),
      ['a.csv'],
    )
    const { summary } = await crawled.crawl()
    assert.ok(summary.looked <= 300)
  })

  void test('a file whose name has the signs of a pattern is read as what it is', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'a[1]*.csv': 'id\n1\n', "it's ?.csv": 'id\n2\n', 'a1x.csv': 'id\n3\n' })
    await crawled.crawl()
    assert.deepEqual(await crawled.rows('ORDER BY id'), [{ id: '1' }, { id: '2' }, { id: '3' }])
    renameSync(join(crawled.folder, 'a1x.csv'), join(crawled.folder, 'z.csv'))
    assert.deepEqual((await crawled.crawl()).summary.filesRemoved, 1)
  })
})

function typesOf({ columns }: { readonly columns: readonly { name: string; type: string }[] }): Record<string, string> {
  return Object.fromEntries(columns.map(({ name, type }) => [name, type]))
}

function row([id, code, amount, big, day, at, ok, note]: readonly unknown[]): unknown {
  return { id, code, amount, big, day, at, ok, note }
}

async function leftOut(crawled: CrawledFolder): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await crawled.table()).leftOut.map(({ path, detail }) => [path, detail]))
}
