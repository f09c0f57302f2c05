import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as weir from '../../index.ts'
import { kinds } from './registry.ts'

void test('INV-CO7: the example of every kind declares one', () => {
  const orders = weir.stream('orders', {})
  const ordersTable = weir.table('orders', { columns: { id: 'long' } })
  for (const { kind, example } of kinds) {
    const given = { ...weir, orders, ordersTable }
    // oxlint-disable-next-line typescript/no-implied-eval
    const declare = new Function(...Object.keys(given), `return ${example}`) as (...values: unknown[]) => {
      kind: string
    }
    assert.equal(declare(...Object.values(given)).kind, kind, example)
  }
})
