import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { createLogger } from '../../kernel/logger.ts'
import { mustRead } from '../../sql/bind/relation-rights.ts'
import type { LoadedTable, TableService } from '../kinds/reconcile-services.ts'
import { catalogRelations } from './catalog-relations.ts'

const whole = {
  columns: [{ name: 'id', type: 'long', required: false }],
  properties: {},
  key: [],
} as unknown as LoadedTable

void test('a table whose metadata is damaged is there, says why to SQL, and comes back by itself', async () => {
  let nowMs = 0
  let damaged = true
  let loads = 0
  const load: TableService['load'] = async ({ name }) => {
    loads++
    if (damaged && name === 'orders')
      throw new WeirError('WEIR-8002', 'public.orders: its metadata file m.json is not there')
    return whole
  }
  const relations = catalogRelations({
    pointers: {
      listNamespaces: async () => ['public'],
      listTables: async () => ['orders', 'others'],
    } as never,
    tables: { load } as TableService,
    logger: createLogger('test', 'silent'),
    monotonic: () => nowMs,
  })
  const [orders, others] = await relations.tables()
  assert.equal(others?.columns.length, 1)
  assert.throws(() => mustRead(orders!), {
    code: 'WEIR-8002',
    message: 'table public.orders cannot be read: its metadata file m.json is not there',
  })
  damaged = false
  assert.ok((await relations.tables())[0]?.unreadable, 'it was looked at again too soon')
  assert.equal(loads, 2)
  nowMs += 2000
  const [mended] = await relations.tables()
  assert.equal(mended?.unreadable, undefined)
  assert.equal(mended?.columns.length, 1)
  mustRead(mended!)
})
