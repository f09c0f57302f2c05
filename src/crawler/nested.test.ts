import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { crawledFolder, type CrawledFolder } from '../../test/support/crawled-folder.ts'

const typesOf = async (crawled: CrawledFolder) =>
  Object.fromEntries((await crawled.table()).columns.map(({ name, type }) => [name, type]))

const lines = (...objects: readonly string[]): string => objects.map((one) => `${one}\n`).join('')

void suite('structs and lists of a crawl', () => {
  void test('objects and lists of JSON are structs and lists, in lines and in arrays, each part as exact as a column', async () => {
    await using crawled = await crawledFolder()
    crawled.write({
      'a.ndjson': lines(
        '{"id":1,"who":{"name":"x","age":3,"tags":["a","b"]},"lines":[{"sku":"007","n":1,"price":0.1},{"sku":"8","n":2,"price":2}]}',
        '{"id":2,"who":null,"lines":[]}',
        '{"id":3,"who":{"name":"\\u00e4 \\"q\\"","age":null,"tags":[null]},"lines":null}',
      ),
      'b.json':
        '[{"id":4,"who":{"name":"y","age":12345678901234567890123},"lines":[{"n":9223372036854775807,"note":{}}]}, {"id":5}]',
    })
    await crawled.crawl()
    assert.deepEqual(await typesOf(crawled), {
      id: 'long',
      who: 'struct<name: string, age: decimal(38, 0), tags: list<string>>',
      lines: 'list<struct<sku: string, n: long, price: double, note: string>>',
    })
    assert.deepEqual(
      await crawled.rows('ORDER BY id', 'id, to_json(who)::VARCHAR AS who, to_json(lines)::VARCHAR AS lines'),
      [
        {
          id: '1',
          who: '{"name":"x","age":3,"tags":["a","b"]}',
          lines: '[{"sku":"007","n":1,"price":0.1,"note":null},{"sku":"8","n":2,"price":2.0,"note":null}]',
        },
        { id: '2', who: null, lines: '[]' },
        { id: '3', who: '{"name":"ä \\"q\\"","age":null,"tags":[null]}', lines: null },
        {
          id: '4',
          who: '{"name":"y","age":12345678901234567890123,"tags":null}',
          lines: '[{"sku":null,"n":9223372036854775807,"price":null,"note":"{}"}]',
        },
        { id: '5', who: null, lines: null },
      ],
    )
  })

  void test('values that do not go together are text, as deep inside as they are, with the row that decided', async () => {
    await using crawled = await crawledFolder()
    crawled.write({
      'a.ndjson': lines(
        '{"o":{"a":1,"b":1},"l":[1],"ids":{"A":1,"a":2},"m":{"x":1}}',
        '{"o":{"a":"x","b":2},"l":[{"k":1}],"ids":{"A":1},"m":[1]}',
      ),
      'b.ndjson': lines('{"o":{"a":true,"b":3,"c":[[1.5]]},"l":[],"ids":null,"m":null}'),
    })
    const { files } = await crawled.crawl({}, { dry: true })
    assert.deepEqual(
      files!.flatMap(({ typeReasons }) => typeReasons.map(({ column, row, value }) => `${column} ${row}: ${value}`)),
      ['o 2: a is x', 'l 2: [] is an object', 'ids 1: a is two members that differ by case only', 'm 2: a list of 1'],
    )
    await crawled.crawl()
    assert.deepEqual(await typesOf(crawled), {
      o: 'struct<a: string, b: long, c: list<list<double>>>',
      l: 'list<string>',
      ids: 'string',
      m: 'string',
    })
    assert.deepEqual(await crawled.rows('', 'to_json(o)::VARCHAR AS o, l, ids, m'), [
      { o: '{"a":"1","b":1,"c":null}', l: ['1'], ids: '{"A":1,"a":2}', m: '{"x":1}' },
      { o: '{"a":"x","b":2,"c":null}', l: ['{"k":1}'], ids: '{"A":1}', m: '[1]' },
      { o: '{"a":"true","b":3,"c":[[1.5]]}', l: [], ids: null, m: null },
    ])
  })

  void test('later files add members and widen them, and are left out for what does not go together', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'a.ndjson': lines('{"o":{"n":1,"gone":null,"l":[]}}') })
    await crawled.crawl()
    assert.deepEqual(await typesOf(crawled), { o: 'struct<n: long, gone: string, l: list<string>>' })
    crawled.write({
      'b.ndjson': lines('{"o":{"n":1.5,"l":[7],"more":{"x":true}}}'),
      'c.ndjson': lines('{"o":{"n":"text"}}'),
      'd.ndjson': lines('{"o":[1]}'),
      'e.ndjson': lines('{"o":{"N":1}}'),
    })
    const { summary } = await crawled.crawl()
    const type = 'struct<n: double, gone: string, l: list<string>, more: struct<x: boolean>>'
    assert.deepEqual(await typesOf(crawled), { o: type })
    assert.deepEqual(summary.columnsWidened, [`o from struct<n: long, gone: string, l: list<string>> to ${type}`])
    assert.deepEqual(
      (await crawled.table()).leftOut.map(({ path, reason, detail }) => `${path} ${reason} ${detail.slice(0, 40)}`),
      [
        'c.ndjson drift the column "o" is struct<n: string>, in ',
        'd.ndjson drift the column "o" is list<long>, in the tab',
        'e.ndjson drift the column "o" is struct<N: long>, in th',
      ],
    )
    assert.deepEqual(await crawled.rows('', 'to_json(o)::VARCHAR AS o'), [
      { o: '{"n":1.0,"gone":null,"l":[],"more":null}' },
      { o: '{"n":1.5,"gone":null,"l":["7"],"more":{"x":true}}' },
    ])
    crawled.write({ 'f.ndjson': lines('{"o":{"new":1}}') })
    await crawled.crawl({ onDrift: 'quarantine' })
    assert.match((await crawled.table()).leftOut.at(-1)!.detail, /With onDrift: 'widen' it would become struct</)
  })

  void test('beyond the sample each part is checked when it is read, and the error names the way to it', async () => {
    for (const [late, pattern] of [
      ['{"o":{"n":1.5}}', /the column "o\.n" is long, but a value is 1\.5/],
      ['{"o":{"n":"1"}}', /the column "o\.n" is long, but a value is "1"/],
      ['{"o":{"n":9223372036854775808}}', /the column "o\.n" is long, but a value is 9223372036854775808/],
      ['{"o":{"l":[{"d":"2024-13-01","x":1}]}}', /the column "o\.l\[\]" is struct<d: string>, but a value is \{"d"/],
      ['{"o":{"l":[7]}}', /the column "o\.l\[\]" is struct<d: string>, but a value is 7/],
      ['{"o":{"n":1,"n":2}}', /the column "o" is struct<.*but a value is \{"n":1,"n":2\}/],
      ['{"o":[]}', /the column "o" is struct<.*but a value is \[\]/],
      ['{"o":{"f":0.1234567890123456789}}', /digits that a double does not keep/],
    ] as const) {
      await using crawled = await crawledFolder()
      crawled.write({ 'a.ndjson': lines('{"o":{"n":1,"l":[{"d":"x"}],"f":1.5}}', late) })
      await crawled.crawl({ sampleRows: 1 })
      await assert.rejects(crawled.rows(), pattern, late)
      // Who does not ask for it, is not kept from the rest by a part that does not fit.
      if (!late.includes('"f"')) assert.deepEqual(await crawled.rows('', 'count(*)::INT AS n'), [{ n: 2 }])
    }
  })

  void test('text of an object keeps the digits of its numbers, or the query fails', async () => {
    await using crawled = await crawledFolder()
    crawled.write({ 'a.ndjson': lines('{"o":{"f":1.5}}', '{"o":{"f":0.1234567890123456789}}') })
    await crawled.crawl({ sampleRows: 1, columns: { o: 'string' } })
    await assert.rejects(crawled.rows(), /digits that a double does not keep/)
  })

  void test('odd names are members as they are, and maps by their size are text', async () => {
    await using crawled = await crawledFolder()
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`k${at}`, at]))
    crawled.write({
      'a.ndjson': lines(`{"o":{"a b":1,"c:d<e>":"x","f\\"g":2,"h/i~j":3,"ä":4},"many":${JSON.stringify(many)}}`),
    })
    await crawled.crawl()
    assert.deepEqual(await typesOf(crawled), {
      o: 'struct<"a b": long, "c:d<e>": string, "f""g": long, "h/i~j": long, ä: long>',
      many: 'string',
    })
    assert.deepEqual(
      await crawled.rows('', `o."a b" + o."f""g" + o."h/i~j" + o.ä AS n, o."c:d<e>" AS c, many->>'k7' AS k`),
      [{ n: '10', c: 'x', k: '7' }],
    )
  })

  void test('structs of Parquet get the members of all files, with names as they are', async () => {
    await using crawled = await crawledFolder()
    crawled.write({})
    const parquet = (name: string, sql: string) =>
      crawled.run(`COPY (${sql}) TO '${join(crawled.folder, name)}' (FORMAT parquet)`)
    await parquet('a.parquet', `SELECT 1::INT AS id, {'a': 1::INT, 'b c': [{'x': 'y'}]} AS st, MAP {'k': 1::INT} AS m`)
    await parquet(
      'b.parquet',
      `SELECT 2::INT AS id, {'a': 2::BIGINT, 'd': DATE '2024-01-01'} AS st, MAP {'k': 2::BIGINT} AS m`,
    )
    await crawled.crawl()
    assert.deepEqual(await typesOf(crawled), {
      id: 'int',
      st: 'struct<a: long, "b c": list<struct<x: string>>, d: date>',
      m: 'map<string, long>',
    })
    assert.deepEqual(await crawled.rows('ORDER BY id', "to_json(st)::VARCHAR AS st, m['k'] AS k"), [
      { st: '{"a":1,"b c":[{"x":"y"}],"d":null}', k: '1' },
      { st: '{"a":2,"b c":null,"d":"2024-01-01"}', k: '2' },
    ])
    await parquet('c.parquet', `SELECT 3::INT AS id, {'a': 'x'} AS st`)
    await crawled.crawl()
    assert.match((await crawled.table()).leftOut[0]!.detail, /the column "st" is struct<a: string>/)
  })
})
