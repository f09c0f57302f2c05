import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecordType } from './record-schema.ts'
import { compileScanPlan } from './scan-plan.ts'

const planOf = (type: RecordType) =>
  compileScanPlan({ fields: [{ id: 1, name: 'outer', required: false, type }] }).fields[0]!

void test('types that a record cannot fill, or that would be written wrongly, are refused by the name of their column', () => {
  const list = (element: RecordType): RecordType => ({ type: 'list', element, 'element-required': false })
  const refused: readonly (readonly [RecordType, RegExp])[] = [
    ['fixed[16]', /column outer is fixed\[16\]/],
    [list('fixed[16]'), /column outer.element is fixed\[16\]/],
    [list('binary'), /column outer.element is binary inside another type/],
    ['timestamp_ns', /column outer is timestamp_ns/],
    ['variant', /column outer is variant/],
    [{ type: 'map', key: 'long', value: 'long', 'value-required': false }, /a map whose keys are not strings/],
  ]
  for (const [type, message] of refused) assert.throws(() => planOf(type), { code: 'WEIR-5017', message })
})

void test('a decimal is understood as any engine spaces it', () => {
  for (const type of ['decimal(9,2)', 'decimal(9, 2)', 'decimal( 9 , 2 )']) {
    const { kind, precision, scale } = planOf(type)
    assert.deepEqual({ kind, precision, scale }, { kind: 'decimal', precision: 9, scale: 2 })
  }
})
