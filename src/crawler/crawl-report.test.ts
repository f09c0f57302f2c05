import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { usualPlan } from '../../test/support/crawled-folder.ts'
import type { CrawlPlan } from './crawl-plan.ts'
import { headLine, parseReport, reportBytes } from './crawl-report.ts'
import type { Finding, LookedFile } from './finding.ts'

const plan: CrawlPlan = { ...usualPlan, folder: '/data' }

const readable = (rows: number, type: string): Finding => ({
  kind: 'readable',
  shape: { format: 'json', compression: 'none', layout: 'newline_delimited', columns: [{ name: 'id', type }] },
  why: ['format: json'],
  typeReasons: type === 'string' ? [{ column: 'id', row: 2, value: 'x' }] : [],
  rows,
  isWhole: false,
  misfits: [],
})
const file = (path: string, finding: Finding): LookedFile => ({
  path,
  sizeBytes: 3,
  modifiedMs: 1.5,
  isLink: false,
  finding,
})

void suite('reports of crawls', () => {
  const files = [
    file('a', readable(1, 'long')),
    file('b', { kind: 'left out', reason: 'empty', detail: 'it has no bytes' }),
    file('c', readable(7, 'long')),
    file('d', { kind: 'left out', reason: 'empty', detail: 'it has no bytes' }),
    { ...file('e', readable(2, 'string')), etag: 'x' },
    { ...file('f', readable(1, 'long')), etag: 'y' },
  ]

  void test('say what was found in each file, and say it once for files that are alike', () => {
    const bytes = reportBytes(plan, files)
    assert.deepEqual([...parseReport(bytes, plan)!.values()], files)
    // A line that is damaged takes no other file's finding away, and gives it none of another.
    const damaged = bytes.toString().replace('"path":"b"', '"path":')
    const found = [...parseReport(Buffer.from(damaged), plan)!.values()]
    assert.deepEqual(
      found,
      files.filter(({ path }) => path !== 'b' && path !== 'd'),
    )
    const findings = bytes.toString().match(/"finding":/g)
    assert.equal(findings?.length, 3)
    const many = Array.from({ length: 1000 }, (_, at) => file(`part-${at}`, readable(at, 'long')))
    assert.ok(reportBytes(plan, many).length < 110 * many.length)
  })

  void test('are read when each line says all, as journals and older reports do, and without a line that was cut or names nothing', () => {
    const lines = [headLine(plan), ...files.map((one) => JSON.stringify(one))]
    const more = [`{"path":"g","sizeBytes":3,"modifiedMs":1,"isLink":false,"as":99,"rows":1}`, `{"path":"h","si`]
    const found = parseReport(Buffer.from([...lines, ...more].join('\n')), plan)!
    assert.deepEqual([...found.values()], files)
  })
})
