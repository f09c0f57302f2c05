import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canWiden, normalType } from './column.ts'

void test('a type that other engines would refuse to read cannot be declared, wherever it stands', () => {
  for (const type of ['fixed[16]', 'list<fixed(4)>', 'struct<a: map<string, fixed[1]>>'])
    assert.throws(() => normalType(type, 'key'), {
      code: 'WEIR-1012',
      message: /of column "key": Weir does not write fixed\[\d+\]\. Use binary/,
    })
})

void test('a mistyped type is answered with the nearest one', () => {
  const proposals = [
    ['decimel(9, 2)', 'decimal(9, 2)'],
    ['NUMERIC(9, 2)', 'decimal(9, 2)'],
    ['varchar(20)', 'string'],
    ['int64', 'long'],
    ['float64', 'double'],
  ] as const
  for (const [type, near] of proposals)
    assert.throws(
      () => normalType(type, 'price'),
      ({ message }: Error) => message.endsWith(`Did you mean ${near}?`),
      type,
    )
})

void test('a column may be widened as Iceberg allows it, and in no other way', () => {
  const allowed = [
    ['int', 'long'],
    ['float', 'double'],
    ['decimal(9, 2)', 'decimal(10,2)'],
    ['uuid', 'uuid'],
  ] as const
  const refused = [
    ['long', 'int'],
    ['int', 'double'],
    ['decimal(9, 2)', 'decimal(10, 3)'],
    ['decimal(9, 2)', 'decimal(8, 2)'],
    ['date', 'timestamp'],
  ] as const
  for (const [from, to] of allowed) assert.equal(canWiden(from, to), true, `${from} to ${to}`)
  for (const [from, to] of refused) assert.equal(canWiden(from, to), false, `${from} to ${to}`)
})
