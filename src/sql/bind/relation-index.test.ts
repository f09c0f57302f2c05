import assert from 'node:assert/strict'
import { test } from 'node:test'
import { indexRelations } from './relation-index.ts'

const table = (schema: string, name: string) => ({ schema, name, columns: [] })

void test('names that differ only by case are refused by name: one would be read and written for the other', () => {
  const tables = [table('public', 'Orders'), table('public', 'orders'), table('Sales', 'x'), table('sales', 'x')]
  const view = { schema: 'public', name: 'Totals', sql: 'select 1' }
  const index = indexRelations({ version: 1, tables: [...tables, table('public', 'TOTALS')], views: [view] })
  const refused = { code: 'WEIR-6003', message: /differ only by case, which SQL does not tell apart/ }
  for (const name of ['orders', 'Orders', 'totals'])
    assert.throws(() => index.find('', name, ['public']), refused, name)
  assert.throws(() => index.find('SALES', 'x', ['public']), refused)
})

void test('a name is found whatever its case, where only one has it', () => {
  const index = indexRelations({ version: 1, tables: [table('public', 'Orders'), table('sales', 'orders')], views: [] })
  assert.equal(index.find('', 'oRDERS', ['sales', 'public'])?.schema, 'sales')
  assert.equal(index.find('PUBLIC', 'orders', [])?.name, 'Orders')
  assert.equal(index.find('', 'none', ['public']), undefined)
})
