import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaOf } from '../types/schema.ts'
import type { Schema, StructType } from '../types/type.ts'
import { checkOrder, checkSchema } from './check.ts'

const schema = schemaOf([
  { name: 'id', type: 'long', required: true },
  { name: 'x', type: 'double', required: true },
  { name: 'note', type: 'string' },
  { name: 'place', type: 'struct<city: string required>', required: true },
  { name: 'maybe', type: 'struct<city: string required>' },
  { name: 'items', type: 'list<int>', required: true },
])
const idAt = (name: string, inner = false): number => {
  const { id, type } = schema.fields.find((field) => field.name === name)!
  return inner && typeof type === 'object' && type.type === 'struct' ? type.fields[0]!.id : id
}
const told = (...ids: number[]): Schema => ({ ...schema, 'identifier-field-ids': ids })

void test('rows are told apart by required columns of one value, also in required structs', () => {
  checkSchema(told(idAt('id'), idAt('place', true)))
  const others = [idAt('x'), idAt('note'), idAt('place'), idAt('maybe', true), idAt('items'), 99]
  for (const id of others)
    assert.throws(() => checkSchema(told(id)), {
      code: 'WEIR-4006',
      message: new RegExp(`identifier-field-ids names ${id}, which is no required column`),
    })
})

void test('ids of metadata columns are not for columns of a table', () => {
  const [first, ...rest] = schema.fields
  checkSchema({ ...schema, fields: [{ ...first!, id: 2147483447 }, ...rest] })
  assert.throws(() => checkSchema({ ...schema, fields: [{ ...first!, id: 2147483448 }, ...rest] }), {
    code: 'WEIR-4006',
    message: /The field id 2147483448 of id is reserved/,
  })
})

void test('a table is sorted by columns of one value that it has', () => {
  const by = (id: number) =>
    ({
      'order-id': 1,
      fields: [{ transform: 'identity', 'source-id': id, direction: 'asc', 'null-order': 'nulls-first' }],
    }) as const
  const twice = { 'order-id': 1, fields: [...by(idAt('id')).fields, ...by(idAt('id')).fields] }
  assert.throws(() => checkOrder(twice, schema), { code: 'WEIR-4006', message: /names identity of id twice/ })
  checkOrder(by(idAt('id')), schema)
  for (const id of [idAt('place'), 99])
    assert.throws(() => checkOrder(by(id), schema), { code: 'WEIR-4006', message: /The sort order names column/ })
})

void test('the name of a column holds no NUL, at any depth', () => {
  const inside = schemaOf([{ name: 'place', type: 'struct<city: string>' }])
  const place = inside.fields[0]!.type as StructType
  const nested = { ...inside.fields[0]!, type: { ...place, fields: [{ ...place.fields[0]!, name: 'ci\0ty' }] } }
  for (const fields of [[{ ...inside.fields[0]!, name: 'pl\0ace' }], [nested]])
    assert.throws(() => checkSchema({ ...inside, fields }), {
      code: 'WEIR-4006',
      message: /holds the character NUL; rename it/,
    })
})
