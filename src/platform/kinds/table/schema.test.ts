import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableSchema } from './schema.ts'

const columns = {
  id: { type: 'long' },
  at: { type: 'timestamptz' },
  at_day: { type: 'date' },
  price: { type: 'double' },
}

function troubles(more: object): readonly string[] {
  const parsed = tableSchema.safeParse({ columns, ...more })
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

void test('properties that Weir goes by are refused where their value is none, with name, value and what is right', () => {
  for (const [name, values] of [
    [
      'history.expire.max-snapshot-age-ms',
      ['-1', '0', 'soon', '', 'NaN', 'Infinity', '1e9', '1.5', '99999999999999999', ' 5'],
    ],
    ['history.expire.min-snapshots-to-keep', ['0', '-5', 'ten']],
    ['history.expire.max-ref-age-ms', ['0', '-1']],
    ['write.target-file-size-bytes', ['0', '512MB']],
    ['write.metadata.previous-versions-max', ['0', '-3']],
    ['write.metadata.delete-after-commit.enabled', ['no', '1']],
    ['commit.manifest.target-size-bytes', ['8MB']],
    ['commit.manifest.min-count-to-merge', ['0']],
    ['commit.manifest-merge.enabled', ['yes']],
    ['compaction.enabled', ['off', '']],
    ['compaction.min-input-files', ['1']],
    ['compaction.deleted-rows-ratio', ['1.5', '-0.1', 'NaN', '1e-3']],
  ] as const)
    for (const value of values) {
      const [said, ...more] = troubles({ properties: { [name]: value } })
      assert.deepEqual(more, [])
      assert.ok(said?.startsWith(`properties.${name}: `), `${name}=${value}: ${said}`)
      assert.ok(said?.endsWith(`not ${value === '' ? 'the empty text' : value}`), said)
    }
  const right = {
    'history.expire.max-snapshot-age-ms': '86400000',
    'compaction.deleted-rows-ratio': '0.05',
    'compaction.enabled': 'false',
    'write.parquet.compression-codec': 'zstd',
    'commit.retry.num-retries': '4',
  }
  assert.deepEqual(troubles({ properties: right }), [])
})

void test('a name that is none of the properties that only Weir and retention know proposes the nearest', () => {
  for (const [name, near] of [
    ['history.expire.max-snapshot-age', 'history.expire.max-snapshot-age-ms'],
    ['compaction.min-input-file', 'compaction.min-input-files'],
  ] as const)
    assert.deepEqual(troubles({ properties: { [name]: '5' } }), [
      `properties.${name}: there is no such property; did you mean ${near}?`,
    ])
})

void test('a partition field that stands twice, or is called as another or as a column is, is refused by name', () => {
  for (const [partitionBy, said] of [
    [['id', 'id'], /partitionBy "id": it stands twice/],
    [['month(at)', ' month( at )'], /it is called at_month, as month\(at\) is/],
    [['bucket(id, 4)', 'bucket(id, 8)'], /it is called id_bucket, as bucket\(id, 4\) is/],
    [['id', 'identity(id)'], /it is called id, as id is/],
    [['day(at)'], /its values are called at_day, as a column is/],
    [['nothing'], /there is no column nothing/],
  ] as const) {
    const found = troubles({ partitionBy })
    assert.equal(found.length, 1, String(partitionBy))
    assert.match(found[0]!, said)
  }
  assert.deepEqual(troubles({ partitionBy: ['id', 'month(at)', 'at_day'] }), [])
  assert.match(String(troubles({ key: ['price'] })), /price is double, which Iceberg does not allow in a key/)
})
