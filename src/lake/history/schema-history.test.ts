import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import type { Field, Schema } from '../types/type.ts'
import { schemaDifference } from './schema-difference.ts'
import { schemaHistory, sortHistory, specHistory } from './schema-history.ts'

const field = (id: number, name: string, type: Field['type'], more: Partial<Field> = {}): Field => ({
  id,
  name,
  type,
  required: false,
  ...more,
})
const schema = (id: number, fields: readonly Field[], keys: readonly number[] = []): Schema => ({
  type: 'struct',
  'schema-id': id,
  fields,
  'identifier-field-ids': keys,
})
const address = (fields: readonly Field[]): Field => field(3, 'address', { type: 'struct', fields })

const first = schema(0, [
  field(1, 'id', 'int', { required: true }),
  field(2, 'old', 'string'),
  address([field(4, 'zip', 'int')]),
])
const second = schema(
  1,
  [
    field(1, 'id', 'long'),
    address([field(4, 'code', 'long', { doc: 'of the post' }), field(5, 'city', 'string')]),
    field(6, 'tags', { type: 'list', 'element-id': 7, element: 'string', 'element-required': false }),
  ],
  [1],
)

void test('what became of columns is told by their ids, and of what is within them', () => {
  assert.deepEqual(
    schemaDifference(first, second).map(({ change, column, before, after }) => [change, column, before, after]),
    [
      ['widened', 'id', 'int', 'long'],
      ['made optional', 'id', 'required', 'optional'],
      ['made a key', 'id', null, null],
      ['renamed', 'address.code', 'zip', 'code'],
      ['widened', 'address.code', 'int', 'long'],
      ['described', 'address.code', null, 'of the post'],
      ['added', 'address.city', null, 'string'],
      ['added', 'tags', null, 'list<string>'],
      ['dropped', 'old', 'string', null],
    ],
  )
  assert.deepEqual(schemaDifference(second, second), [])
})

void test('a default is told with all its digits', () => {
  const big = (value: unknown) => schema(0, [field(1, 'id', 'long', { 'write-default': value })])
  assert.deepEqual(
    schemaDifference(big(5), big(9007199254740993n)).map(({ change, before, after }) => [change, before, after]),
    [['default changed', '5', '9007199254740993']],
  )
})

void test('a schema is there since the first snapshot that is kept, and says when an expired one may have been the first', () => {
  const snapshot = (id: number, parent: number | null, schemaId: number): Snapshot => ({
    'snapshot-id': id,
    'parent-snapshot-id': parent,
    'timestamp-ms': id * 1000,
    'manifest-list': '',
    'schema-id': schemaId,
  })
  const metadata = {
    schemas: [first, second, schema(2, [])],
    'current-schema-id': 1,
    'partition-specs': [
      { 'spec-id': 0, fields: [] },
      { 'spec-id': 1, fields: [{ 'source-id': 2, 'field-id': 1000, name: 'old', transform: 'identity' }] },
    ],
    'default-spec-id': 1,
    'sort-orders': [
      { 'order-id': 0, fields: [] },
      {
        'order-id': 1,
        fields: [{ 'source-id': 1, transform: 'bucket[4]', direction: 'desc', 'null-order': 'nulls-last' }],
      },
    ],
    'default-sort-order-id': 0,
    snapshots: [snapshot(5, 4, 0), snapshot(6, 5, 1)],
  } as unknown as TableMetadata
  assert.deepEqual(
    schemaHistory(metadata).map(({ id, current, before, since, changes }) => [
      id,
      current,
      before,
      since,
      changes.length,
    ]),
    [
      [2, false, 1, null, 3],
      [1, true, 0, { snapshot: '6', at: 6000, exact: true }, 9],
      [0, false, null, { snapshot: '5', at: 5000, exact: false }, 0],
    ],
  )
  const [spec] = specHistory(metadata)
  assert.deepEqual([spec?.id, spec?.current, spec?.fields[0]?.column], [1, true, 'old'])
  const [order] = sortHistory(metadata)
  assert.deepEqual(
    [order?.id, order?.current, order?.fields],
    [1, false, [{ name: '', column: 'id', transform: 'bucket[4]', order: 'desc nulls-last' }]],
  )
})
