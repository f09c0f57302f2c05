import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableChanges } from './changes.ts'
import { tableSchema } from './schema.ts'

const declared = (more: object) =>
  tableSchema.safeParse({ columns: { id: 'long', at: 'timestamp' }, format: 'delta', ...more })

void test('a table of format delta is declared with what Delta can be; all else is said where it stands', () => {
  assert.equal(declared({ partitionBy: ['id'] }).success, true)
  const cases: readonly (readonly [object, string, RegExp])[] = [
    [{ key: ['id'] }, 'key', /a Delta table has no key/],
    [{ partitionBy: ['day(at)'] }, 'partitionBy.0', /not by day\(at\)/],
    [{ columns: { id: 'binary' }, partitionBy: ['id'] }, 'partitionBy.0', /not partitioned by bytes/],
    [
      { columns: { id: 'struct<a: list<uuid>>' } },
      'columns.id',
      /id\.a is uuid, which Delta has no type for; declare it as string/,
    ],
  ]
  for (const [more, path, message] of cases) {
    const issue = declared(more).error!.issues.find((one) => one.path.join('.') === path)
    assert.match(issue?.message ?? '', message)
  }
  const plain = tableSchema.parse({ columns: { id: 'long' } })
  assert.equal(plain.format, 'iceberg')
  assert.throws(() => tableChanges(plain, { ...plain, format: 'delta' }), /its format \(iceberg to delta\)/)
})
