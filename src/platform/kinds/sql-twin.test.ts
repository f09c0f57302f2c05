import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DesiredResource } from './resource.ts'
import { sqlTwin } from './sql-twin.ts'

const of = (kind: string, name: string, spec: object): DesiredResource =>
  ({ kind, name, spec, references: [] }) as unknown as DesiredResource
const named = (name: string, namespace = 'public') => ({ namespace, name })

void test('tables, views and crawled tables are twins where their names differ only by case', () => {
  const desired = [
    of('table', 'orders', { namespace: 'public' }),
    of('view', 'Totals', { namespace: 'public' }),
    of('crawler', 'raw', { namespace: 'Sales', table: 'Files' }),
    of('stream', 'kept', {}),
  ]
  assert.equal(sqlTwin(desired, { kind: 'table', name: 'Orders' }, named('Orders'))?.name, 'orders')
  assert.equal(sqlTwin(desired, { kind: 'table', name: 'totals' }, named('totals'))?.name, 'Totals')
  assert.equal(sqlTwin(desired, { kind: 'view', name: 'files' }, named('files', 'sales'))?.name, 'raw')
  assert.equal(sqlTwin(desired, { kind: 'table', name: 'orders' }, named('orders')), undefined)
  assert.equal(sqlTwin(desired, { kind: 'table', name: 'totals' }, named('totals', 'sales')), undefined)
  assert.equal(sqlTwin(desired, { kind: 'table', name: 'kept' }, named('kept')), undefined)
})
