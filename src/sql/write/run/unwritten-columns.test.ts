import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TableMetadata } from '../../../lake/metadata/table-metadata.ts'
import { schemaOf } from '../../../lake/types/schema.ts'
import type { Field } from '../../../lake/types/type.ts'
import { unwrittenColumns } from './unwritten-columns.ts'

const { fields } = schemaOf([
  { name: 'id', type: 'long' },
  { name: '_source', type: 'string' },
  { name: '_source_partition', type: 'int' },
  { name: '_offset', type: 'long' },
  { name: '_timestamp', type: 'timestamptz' },
])

function tableOf(own: readonly Field[], more: Partial<TableMetadata> = {}): TableMetadata {
  return {
    'current-schema-id': 0,
    schemas: [{ type: 'struct', 'schema-id': 0, fields: own }],
    'default-spec-id': 1,
    'partition-specs': [
      { 'spec-id': 0, fields: [{ 'source-id': 2, 'field-id': 1000, name: 'of', transform: 'identity' }] },
      { 'spec-id': 1, fields: [] },
    ],
    'default-sort-order-id': 1,
    'sort-orders': [
      {
        'order-id': 0,
        fields: [{ transform: 'identity', 'source-id': 3, direction: 'asc', 'null-order': 'nulls-first' }],
      },
      { 'order-id': 1, fields: [] },
    ],
    ...more,
  } as unknown as TableMetadata
}

const namesOf = (metadata: TableMetadata, nulls?: readonly string[]): readonly string[] =>
  unwrittenColumns(metadata, nulls).map(({ name }) => name)
const withField = (name: string, more: Partial<Field>): readonly Field[] =>
  fields.map((field) => (field.name === name ? { ...field, ...more } : field))

void test('the columns by which deliveries tell where rows come from are not written, whatever other specs and orders ask for', () => {
  assert.deepEqual(namesOf(tableOf(fields)), ['_source', '_source_partition', '_offset', '_timestamp'])
  assert.deepEqual(namesOf(tableOf(fields.slice(0, 1))), [])
})

void test('one is written that has a default, must have a value, or is partitioned or sorted by', () => {
  const others = ['_source', '_source_partition', '_timestamp']
  for (const more of [{ required: true }, { 'initial-default': 0 }, { 'write-default': 0 }])
    assert.deepEqual(namesOf(tableOf(withField('_offset', more))), others, JSON.stringify(more))
  for (const none of [{ 'initial-default': null }, { 'write-default': null }])
    assert.equal(namesOf(tableOf(withField('_offset', none))).length, 4, JSON.stringify(none))
  const partitioned = { 'default-spec-id': 0 }
  assert.deepEqual(namesOf(tableOf(fields, partitioned)), ['_source_partition', '_offset', '_timestamp'])
  const sorted = { 'default-sort-order-id': 0 }
  assert.deepEqual(namesOf(tableOf(fields, sorted)), ['_source', '_offset', '_timestamp'])
})

void test('nor is one to which the statement gives no value, under the same conditions', () => {
  const more = [...fields, { id: 7, name: 'note', required: false, type: 'string' }]
  assert.deepEqual(namesOf(tableOf(more)), namesOf(tableOf(fields)))
  assert.deepEqual(namesOf(tableOf(more), ['note']), [...namesOf(tableOf(fields)), 'note'])
  for (const one of [{ required: true }, { 'initial-default': 'x' }, { 'write-default': 'x' }])
    assert.deepEqual(namesOf(tableOf([...fields, { ...more.at(-1)!, ...one }]), ['note']), namesOf(tableOf(fields)))
})

void test('a table of no other columns has them written', () => {
  assert.deepEqual(namesOf(tableOf(fields.slice(1))), [])
})
