import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openDuckdb } from '../duckdb/open.ts'
import type { BoundRelations } from '../bind/binder.ts'
import { blankDatabase, type BlankDatabase } from './blank-database.ts'
import { planFilters } from './plan-filters.ts'
import type { ScanFilter } from './scan-filter.ts'

const columns = {
  n: 'long',
  kind: 'string',
  amount: 'double',
  day: 'date',
  placed: 'timestamptz',
  price: 'decimal(9, 2)',
  ok: 'boolean',
}
const bound: BoundRelations = {
  version: 1,
  tables: ['T', 'u'].map((name) => ({
    kind: 'table',
    schema: 'public',
    name,
    columns: Object.entries(columns).map(([column, type]) => ({ name: column, type, required: false })),
  })),
  views: [{ schema: 'public', name: 'large', sql: 'select *, n * 2 as twice from t where n > 100;' }],
  dated: [],
  datedAs: '',
  isRepeatable: true,
}

let folder: string
let blank: BlankDatabase
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-blank-'))
  blank = blankDatabase(async (isOff) => {
    const options = { memoryLimitBytes: 64e6, threads: 1, temporaryDirectory: folder }
    const names = await openDuckdb(options)
    const optimizers = (await names.query('SELECT name FROM duckdb_optimizers()')).map(({ name }) => String(name))
    names.close()
    return openDuckdb({ ...options, settings: { disabled_optimizers: optimizers.filter(isOff).join(',') } })
  })
})
after(() => {
  blank.close()
  rmSync(folder, { recursive: true })
})

async function asked(text: string, timeZone = 'UTC'): Promise<Readonly<Record<string, string>>> {
  const filters = await blank.use({ bound, searchPath: [], timeZone }, (connection, { database }) =>
    planFilters(connection, database, text),
  )
  return Object.fromEntries([...filters].map(([table, filter]) => [table.replace('public.', ''), shown(filter)]))
}

function shown(filter: ScanFilter): string {
  if ('all' in filter)
    return filter.all.length === 1 ? shown(filter.all[0]!) : `(${filter.all.map(shown).join(' and ')})`
  if ('any' in filter)
    return filter.any.length === 1 ? shown(filter.any[0]!) : `(${filter.any.map(shown).join(' or ')})`
  return 'constant' in filter
    ? `${filter.column} ${filter.test} ${String(filter.constant.value)}`
    : `${filter.column} ${filter.test}`
}

void test('conditions are found where DuckDB pushes them, with their values to the last digit', async () => {
  for (const [condition, filter] of [
    ['n > 5 and n <= 9223372036854775806', '(n > 5 and n <= 9223372036854775806)'],
    ['n = 0', 'n = 0'],
    [`kind = ''`, 'kind = '],
    ['n between 3 and 9', '(n >= 3 and n <= 9)'],
    ['n in (1, 2, 700)', '(n = 1 or n = 2 or n = 700)'],
    ['n = 1 or n > 5', '(n = 1 or n > 5)'],
    ['n is null', 'n is null'],
    ['kind is not null', 'kind is not null'],
    ['ok', 'ok = true'],
    ['not ok', 'ok = false'],
    [`kind like 'abc%'`, '(kind >= abc and kind < abd)'],
    [`day = '2024-01-01'`, 'day = 19723'],
    [`placed >= '2024-01-01'`, 'placed >= 1704067200000000'],
    [`date_trunc('day', placed) = '2024-01-01'`, '(placed >= 1704067200000000 and placed < 1704153600000000)'],
    ['price < 5.25', 'price < 525'],
    ['amount >= 0.1', 'amount >= 0.1'],
    [`not (kind > 'b')`, 'kind <= b'],
    [`n = 3 and random() > 0.5`, 'n = 3'],
  ])
    assert.deepEqual(await asked(`select * from t where ${condition}`), { t: filter }, condition)
  assert.deepEqual(await asked(`select * from t where placed >= '2024-01-01'`, 'Europe/Berlin'), {
    t: 'placed >= 1704063600000000',
  })
})

void test('a table is asked for what any of its places asks, through views, joins and subqueries', async () => {
  for (const [text, filters] of [
    ['select * from large where n < 500', { t: '(n > 100 and n < 500)' }],
    ['select * from t where n > 5 union all select * from T where n < 3', { t: '(n > 5 or n < 3)' }],
    ['select * from t join u using (n) where t.n > 5', { t: 'n > 5', u: 'n > 5' }],
    ['select * from t left join u on t.n = u.n and u.n > 7 where t.n > 5', { t: 'n > 5', u: 'n > 7' }],
    ['select * from t left join u on t.n = u.n and t.n > 7', {}],
    ['select * from t full join u on t.n = u.n and t.n > 7 and u.n > 7', {}],
    ['with x as (select * from t where n > 3) select * from x', { t: 'n > 3' }],
    ['with x as (select * from t) select * from x a, x b where a.n > 3 and b.n > 5', { t: '(n > 3 or n > 5)' }],
    ['select * from t where exists (select 1 from u where u.n = t.n and u.n > 9)', { u: 'n > 9' }],
    ['select * from t where n > 5 order by n limit 5', { t: 'n > 5' }],
    ['select kind, count(*) from t where n > 5 group by kind having count(*) > 3', { t: 'n > 5' }],
  ] as const)
    assert.deepEqual(await asked(text), filters, text)
})

void test('nothing is said where all rows are wanted, or where it is not known', async () => {
  for (const text of [
    'select * from t',
    'select count(*) from t',
    'select min(n), max(n), count(*) from t',
    // One place wants all of it, whatever the other does.
    'select (select count(*) from t), sum(n) from t where n > 5',
    'select count(*) from t where n > 5 or random() > 0.5',
    'select * from (select n, row_number() over () as r from t) where n > 5',
    'select * from t tablesample 10% where n > 3',
    'select n > 5 from t',
    'select * from t where n > 5 and nothing = 3',
    'select * from t where false',
    'pivot t on kind using sum(n)',
    `select * from t where amount > 'infinity'`,
    `select * from t where kind collate nocase = 'a'`,
    'not a statement',
  ])
    assert.deepEqual(await asked(text), {}, text)
})
