import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restartableWeir } from '../fault/restartable-weir.ts'
import { sqlOf } from '../fault/sql-of.ts'

const project = `import { defineProject, table } from 'weir-data'
const orders = table('orders', { namespace: 'sales', columns: { id: 'long' } })
export default defineProject({ name: 'undeclared', resources: [orders] })
`

void test('commands know the tables that SQL made, by their names and with their namespaces', async () => {
  await using weir = await restartableWeir('undeclared', { project })
  await weir.start()
  for (const statement of [
    'create table ev1 (id bigint, day date)',
    'alter table ev1 rename to ev2',
    'create schema side',
    'create table side.orders (id bigint, day date)',
    ...['ev2', 'side.orders'].flatMap((name) => [
      `insert into ${name} values (1, null)`,
      `insert into ${name} values (2, null)`,
    ]),
  ])
    await sqlOf(weir, statement)
  const run = async <Answer>(...words: readonly string[]): Promise<Answer> => {
    const { code, stdout, stderr } = await weir.command(...words, '--json')
    assert.equal(code, 0, `${words.join(' ')}: ${stderr}`)
    return JSON.parse(stdout) as Answer
  }
  const historyOf = async (name: string) =>
    (await run<{ items: readonly { id: string; rows: number }[] }>('table', 'history', name)).items
  for (const name of ['public.ev2', 'side.orders']) {
    const [last, first] = await historyOf(name)
    assert.deepEqual([last!.rows, first!.rows], [2, 1], name)
    const { schemas } = await run<{ schemas: readonly { columns: number }[] }>('table', 'schema', name)
    assert.equal(schemas.at(-1)!.columns, 2)
    const diff = await run<{ changes: { rowsAdded: number } }>('table', 'diff', name, first!.id, last!.id)
    assert.equal(diff.changes.rowsAdded, 1)
    assert.equal((await run<{ items: readonly unknown[] }>('table', 'files', name)).items.length, 2)
    for (const words of [['show'], ['partitions'], ['clients'], ['maintenance']]) await run('table', ...words, name)
    const plan = await run<{ deliveries: readonly string[] }>('table', 'rollback', name, first!.id, '--dry-run')
    assert.deepEqual(plan.deliveries, [])
  }
  const [, first] = await historyOf('side.orders')
  await run('table', 'tag', 'create', 'side.orders', 'v1')
  await run('table', 'rollback', 'side.orders', first!.id, '--yes')
  assert.deepEqual(await sqlOf(weir, 'select id::int as id from side.orders'), [{ id: 1 }])
  await run('compact', 'ev2')
  assert.equal((await historyOf('ev2')).at(-1)!.rows, 1)

  assert.deepEqual(await historyOf('orders'), [], 'the one of the project')
  assert.deepEqual(await historyOf('sales.orders'), [])
  for (const [name, told] of [
    ['ev1', /there is no table "ev1"[^]*information_schema.tables all[^]*with their namespace/],
    ['public.orders', /there is no table "public.orders"/],
    ['order', /there is no table "order". Did you mean orders\?/],
  ] as const) {
    const { code, stderr } = await weir.command('table', 'history', name)
    assert.equal(code, 1)
    assert.match(stderr, told)
  }
})
