import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableChanges } from './changes.ts'
import { tableKind } from './kind.ts'
import { keyedColumns } from './reconcile.ts'
import { tableSchema } from './schema.ts'

const columns = { id: 'long', region: 'string', price: 'double', tags: 'list<string>' } as const
const messages = (key: readonly string[]) =>
  tableSchema.safeParse({ columns, key }).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)

void test('a key names columns of one value, each once; what cannot be one is said with what would', () => {
  assert.equal(messages(['id', 'region']), undefined)
  assert.deepEqual(messages(['idd']), ['key.0: there is no column idd; did you mean id?'])
  assert.deepEqual(messages(['id', 'id']), ['key.1: id stands twice'])
  assert.deepEqual(messages(['price']), [
    'key.0: price is double, which Iceberg does not allow in a key. Use decimal or string',
  ])
  assert.deepEqual(messages(['tags']), ['key.0: tags is list<string>: a key is made of columns of one value'])
  assert.equal(messages([])?.length, 1)
})

void test('columns of the key are required whatever they are declared as, and the plan shows the key', () => {
  const spec = tableSchema.parse({ columns, key: ['id'] })
  assert.deepEqual(
    Object.entries(keyedColumns(spec)).map(([name, { required }]) => [name, required]),
    [
      ['id', true],
      ['region', false],
      ['price', false],
      ['tags', false],
    ],
  )
  assert.equal(tableKind.describe(spec), '4 columns, key id')
})

void test('the key of a table cannot change, be added or be taken away', () => {
  const parse = (key?: readonly string[]) => tableSchema.parse({ columns, ...(key ? { key } : {}) })
  assert.deepEqual(tableChanges(parse(['id', 'region']), parse(['region', 'id'])), [])
  for (const [before, after] of [
    [['id'], ['region']],
    [undefined, ['id']],
    [['id'], undefined],
  ] as const)
    assert.throws(() => tableChanges(parse(before), parse(after)), {
      code: 'WEIR-7005',
      message: /cannot change its key .* declare another table with(out a)? key/,
    })
})
