import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import {
  cheapView,
  ordersTable,
  startTestEngine,
  type TestEngine,
  type TestTable,
} from '../../../test/support/sql-engine.ts'
import type { RelationRights } from '../engine-host.ts'

const rights = (own: Partial<RelationRights>): { readonly rights: RelationRights } => ({
  rights: { read: null, write: null, masks: [], isListed: true, ...own },
})
const named = (name: string, more: Partial<TestTable>): TestTable => ({ ...ordersTable, name, ...more })
const mask = (column: string) => ({ masks: [{ column, isExact: true }] })

const everything = 'select insert update delete truncate'
/** Each relation, with the privileges that the session has on it. */
const expected: Readonly<Record<string, string>> = {
  orders: everything,
  read_only_by_policy: 'select',
  written_only: 'insert truncate',
  closed: '',
  unlisted: '',
  masked: 'select insert truncate',
  key_masked: 'select truncate',
  of_files: 'select',
  'shop.elsewhere': 'select',
  cheap: 'select',
  closed_view: '',
  pg_class: 'select',
  'pg_catalog.pg_index': 'select',
  'information_schema.tables': 'select',
  nothing_of_the_name: '',
}

let server: TestEngine
let client: pg.Client

before(async () => {
  server = await startTestEngine(
    [
      ordersTable,
      named('read_only_by_policy', rights({ write: 'x' })),
      named('written_only', rights({ read: 'x' })),
      named('closed', rights({ read: 'x', write: 'x' })),
      named('unlisted', rights({ read: 'x', write: 'x', isListed: false })),
      named('masked', rights(mask('item'))),
      named('key_masked', { key: ['id'], ...rights(mask('id')) }),
      named('of_files', { isReadOnly: true }),
      named('elsewhere', { schema: 'shop', ...rights({ write: 'x' }) }),
      named('elsewhere', { schema: 'unlisted', ...rights({ read: 'x', write: 'x', isListed: false }) }),
    ],
    [cheapView, { ...cheapView, name: 'closed_view', ...rights({ read: 'x', write: 'x' }) }],
  )
  client = await server.client()
})
after(() => server.stop())

const valueOf = async (expression: string): Promise<unknown> =>
  (await client.query<{ is: unknown }>(`select ${expression} as is`)).rows[0]!.is

void test('privileges on relations are those that statements have, by each function and form', async () => {
  for (const [name, granted] of Object.entries(expected))
    for (const privilege of [...everything.split(' '), 'references', 'trigger']) {
      const is = granted.split(' ').includes(privilege)
      for (const call of [
        `has_table_privilege('${name}', '${privilege}')`,
        `has_table_privilege(current_user, '${name}', '${privilege.toUpperCase()}')`,
        `pg_catalog.has_any_column_privilege(current_user, '${name}', '${privilege}')`,
        `has_column_privilege('${name}', 'id', '${privilege}')`,
      ])
        assert.equal(await valueOf(call), is, call)
    }
})

void test('what SELECT answers and has_table_privilege says are the same', async () => {
  for (const name of Object.keys(expected).filter((each) => each !== 'nothing_of_the_name')) {
    const reads = await client.query(`select 1 from ${name} limit 1`).then(
      () => true,
      ({ code }: { code: string }) => assert.equal(code, '42501', name) ?? false,
    )
    assert.equal(await valueOf(`has_table_privilege('${name}', 'select')`), reads, name)
  }
})

void test('a list of privileges asks for one of them; quotes and case of names are as in SQL', async () => {
  for (const [call, is] of [
    [`has_table_privilege('written_only', 'SELECT, INSERT')`, true],
    [`has_table_privilege('written_only', 'select ,update')`, false],
    [`has_table_privilege('"public"."Orders"', 'select')`, true],
    [`has_table_privilege('public.CLOSED', 'select')`, false],
    [`has_table_privilege('shop.elsewhere', 'select')`, true],
    [`has_table_privilege('elsewhere', 'select')`, false],
    [`has_table_privilege('unlisted.elsewhere', 'select')`, false],
    [`has_table_privilege('pg_class'::regclass, 'select')`, true],
    [`has_table_privilege('closed'::regclass, 'select')`, false],
    [`has_table_privilege('orders'::regclass::oid, 'select')`, true],
    [`has_schema_privilege('shop', 'usage')`, true],
    [`has_schema_privilege(current_user, 'public', 'USAGE')`, true],
    [`has_schema_privilege('pg_catalog', 'usage')`, true],
    [`has_schema_privilege('shop', 'create')`, false],
    [`has_schema_privilege('unlisted', 'usage')`, false],
    [`has_schema_privilege('nowhere', 'usage')`, false],
  ] as const)
    assert.equal(await valueOf(call), is, call)
})

void test('the relations that a session may read are found by their numbers, as clients of the catalog ask', async () => {
  const { rows } = await client.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where has_table_privilege(c.oid, 'select') and has_schema_privilege(n.oid, 'usage')
       and pg_catalog.has_any_column_privilege(current_user, '"' || n.nspname || '"."' || c.relname || '"', 'select') order by 1`,
  )
  assert.deepEqual(
    rows.map(({ name }) => name),
    [
      'public.cheap',
      'public.key_masked',
      'public.masked',
      'public.of_files',
      'public.orders',
      'public.read_only_by_policy',
      'shop.elsewhere',
    ],
  )
})
