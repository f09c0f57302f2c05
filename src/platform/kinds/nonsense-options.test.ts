import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { crawlerSchema } from './crawler/schema.ts'
import { deliveryKind, deliverySchema } from './delivery/kind.ts'
import type { DesiredResource } from './resource.ts'

function troubles(schema: z.ZodType, spec: object): readonly string[] {
  const parsed = schema.safeParse(spec)
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

const delivery = (more: object) => troubles(deliverySchema, { from: 's', to: 't', ...more })
const crawler = (more: object) => troubles(crawlerSchema, { path: './x', table: 't', ...more })

/** What no number, text or choice is. */
const nonsense = [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e30, null, [], '', '-1 MB', '-5 s', '1e30 MB']
const huge = ['99999999999999 TB', '99999999999999 days']

void test('numbers, sizes, times and choices of deliveries and crawlers take nothing that is none', () => {
  for (const value of [...nonsense, ...huge]) {
    for (const spec of [
      { workers: value },
      { flush: { size: value } },
      { flush: { age: value } },
      { copyOnWriteBelow: value },
      { onNewField: value },
      { delete: { recordKey: value } },
    ])
      assert.ok(delivery(spec).length > 0, JSON.stringify(spec))
    for (const spec of [{ sampleRows: value }, { schedule: value }, { onDrift: value }, { partitions: value }])
      assert.ok(crawler(spec).length > 0, JSON.stringify(spec))
  }
  assert.deepEqual(delivery({ flush: { size: '99999999999999 TB' } }), [
    'flush.size: "99999999999999 TB" is more than can be counted exactly (2^53); write less',
  ])
})

void test('what separates fields of CSV is a character that can', () => {
  for (const delimiter of ['\n', '\r', '\0', '\ud83d', '', ';;']) {
    assert.equal(delivery({ csv: { delimiter } }).length, 1, JSON.stringify(delimiter))
    assert.equal(crawler({ csv: { delimiter } }).length, 1, JSON.stringify(delimiter))
    assert.equal(crawler({ csv: { quote: delimiter } }).length, 1, JSON.stringify(delimiter))
  }
  assert.match(String(delivery({ csv: { delimiter: '"' } })), /choose another/)
  assert.match(String(crawler({ csv: { delimiter: "'", quote: "'" } })), /^csv\.delimiter: .*choose another/)
  assert.deepEqual([delivery({ csv: { delimiter: '¦' } }), crawler({ csv: { delimiter: '\t' } })], [[], []])
})

void test('a column that stands twice, or differs by case alone, is refused; so are folders without a name', () => {
  assert.match(String(delivery({ csv: { columns: ['a', 'b', 'a'] } })), /a column stands twice/)
  assert.equal(delivery({ csv: { columns: [] } }).length, 1)
  assert.deepEqual(crawler({ columns: { a: 'string', A: 'string' } }), [
    'columns.A: differs from a only by case, which SQL does not tell apart',
  ])
  for (const path of ['', '  ', 'a\0b']) assert.match(String(crawler({ path })), /a folder has a name/)
})

void test('csv of a delivery whose values are json would do nothing, and is refused', async () => {
  const declared = (kind: string, name: string, spec: object) => ({ kind, name, spec, tags: {}, references: [] })
  const spec = deliverySchema.parse({ from: 's', to: 't', csv: {} })
  const check = (value: string) => {
    const desired = [declared('stream', 's', { value }), declared('delivery', 'd', spec)]
    return deliveryKind.check!(desired[1] as never, { desired: desired as unknown as DesiredResource[] } as never)
  }
  await check('csv')
  await assert.rejects(check('json'), /it has csv, but the values of stream "s" are json\. Leave csv out/)
})

void test('the key of records that are dead letters anyway is refused, and csv of files that are none', () => {
  assert.match(
    String(delivery({ delete: { tombstones: false, recordKey: 'text' } })),
    /^delete\.recordKey: .*Leave it out/,
  )
  assert.deepEqual(delivery({ delete: { tombstones: false, field: 'gone' } }), [])
  for (const csv of [{ header: true }, { delimiter: ';' }, { quote: "'" }, { nullValues: ['-'] }]) {
    assert.match(String(crawler({ format: 'parquet', csv })), /^csv: .*format is "parquet"; leave one of them out/)
    assert.deepEqual([crawler({ csv }), crawler({ format: 'csv', csv })], [[], []])
  }
  assert.deepEqual(crawler({ format: 'json' }), [])
})

void test('when a table is written anew is refused where it has no key: rows are only added to it', async () => {
  const declared = (kind: string, name: string, spec: object) => ({ kind, name, spec, tags: {}, references: [] })
  const check = (table: object, more: object) => {
    const spec = deliverySchema.parse({ from: 's', to: 't', ...more })
    const desired = [
      declared('stream', 's', { value: 'json' }),
      declared('table', 't', table),
      declared('delivery', 'd', spec),
    ]
    return deliveryKind.check!(desired[2] as never, { desired: desired as unknown as DesiredResource[] } as never)
  }
  await check({ columns: {}, key: ['id'] }, { copyOnWriteBelow: '1 MB' })
  await check({ columns: {} }, {})
  await assert.rejects(check({ columns: {} }, { copyOnWriteBelow: '1 MB' }), {
    code: 'WEIR-1003',
    message: /copyOnWriteBelow is "1 MB", but the table "t" has no key/,
  })
})
