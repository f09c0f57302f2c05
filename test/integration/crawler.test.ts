import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { sqlOf } from '../fault/sql-of.ts'
import { eventually } from '../support/deadline.ts'

const project = (options: string) => `import { crawler, defineProject } from 'weir-data'
export default defineProject({ name: 'shop', resources: [crawler('raw-sales', { table: 'sales', ${options} })] })
`

void test('a folder of CSV becomes a table, drift is found by command, and a changed file fails a query until it is crawled', async () => {
  await using weir = await restartableWeir('crawler', { project: project(`path: './data'`) })
  write(weir, {
    'dt=2024-01-01/a.csv': 'id,sku,amount\n1,007,1.5\n2,008,2\n',
    'dt=2024-01-02/a.csv': 'id,sku,amount\n3,009,3\n',
    _SUCCESS: '',
    'ragged.csv': 'id,sku\n1\n',
  })
  await weir.start()
  const rows = (tail = '') => sqlOf<Sale>(weir, `select id::int as id, sku, amount, dt::text as dt from sales ${tail}`)
  await eventually('the first crawl', () => rows())
  assert.deepEqual(await rows('order by id'), [
    { id: 1, sku: '007', amount: 1.5, dt: '2024-01-01' },
    { id: 2, sku: '008', amount: 2, dt: '2024-01-01' },
    { id: 3, sku: '009', amount: 3, dt: '2024-01-02' },
  ])
  const columns = await sqlOf(
    weir,
    `select column_name, data_type from information_schema.columns where table_name = 'sales' order by ordinal_position`,
  )
  assert.deepEqual(
    columns.map((column) => Object.values(column).join(' ')),
    ['id bigint', 'sku text', 'amount double precision', 'dt date'],
  )

  write(weir, { 'dt=2024-01-02/a.csv': 'id,sku,amount\n30,009,30\n' })
  await assert.rejects(rows(), /a\.csv was changed after crawler raw-sales found it/)
  // Partitions that are not asked for are not looked at.
  assert.equal((await rows(`where dt = '2024-01-01'`)).length, 2)

  write(weir, {
    'dt=2024-01-03/b.csv': 'id,sku,amount,note\n4,010,abc,x\n',
    'dt=2024-01-03/c.csv': 'id,sku,amount,note\n5,011,5,x\n',
  })
  const history = await weir.command('table', 'history', 'sales')
  assert.equal(history.code, 1)
  assert.match(
    history.stderr,
    /that the crawler "raw-sales" found: it has no snapshots. weir crawl raw-sales --dry-run/,
  )
  const dry = await weir.command('crawl', 'raw-sales', '--dry-run')
  assert.match(dry.stdout, /would have 3 files.*1 new, 1 changed, 1 new partition/)
  await assert.rejects(rows(), /was changed/)
  const run = await weir.command('crawl', 'raw-sales', '--explain')
  assert.equal(run.code, 0, run.stderr)
  for (const line of [
    /has 3 files.*\(csv\) in 3 partitions: 1 new, 1 changed, 1 new partition/,
    /Added: note string/,
    /Not seen: 1 name that begin/,
    /b\.csv[^]*left out, drift: the column "amount" is string, in the table it is double/,
    /ragged\.csv[^]*left out, unreadable: record 2 has 1 fields, the first has 2/,
    /fields are separated by commas/,
    /all 1 rows were looked at/,
  ])
    assert.match(run.stdout, line)
  assert.deepEqual(
    (await rows('order by id')).map(({ id }) => id),
    [1, 2, 5, 30],
  )

  rmSync(join(weir.folder, 'data/dt=2024-01-01'), { recursive: true })
  await assert.rejects(rows(), /was removed after/)
  await weir.stop()
  await weir.start()
  assert.equal((await weir.command('crawl', 'raw-sales')).code, 0)
  assert.deepEqual(
    (await rows('order by id')).map(({ id }) => id),
    [5, 30],
  )

  assert.match((await weir.command('get', 'crawler')).stdout, /raw-sales +Active/)
  assert.equal((await weir.command('delete', 'crawler', 'raw-sales')).code, 0)
  await eventually('the table is gone', () =>
    rows().then(
      () => undefined,
      (error: Error) => /does not exist|no table/i.test(error.message) || undefined,
    ),
  )
})

void test('a schedule finds new files by itself, and a folder that is gone leaves the table and says so', async () => {
  await using weir = await restartableWeir('crawler-schedule', {
    project: project(`path: './data', schedule: 'every second'`),
  })
  write(weir, { 'a.ndjson': '{"id":1}\n' })
  await weir.start()
  const count = async () => Number((await sqlOf<{ n: string }>(weir, 'select count(*) as n from sales'))[0]!.n)
  await eventually('the first crawl', async () => (await count()) === 1 || undefined)
  const written = "select is_insertable_into as written from information_schema.tables where table_name = 'sales'"
  assert.deepEqual(await sqlOf(weir, written), [{ written: 'NO' }])
  write(weir, { 'b.ndjson': '{"id":2}\n' })
  await eventually('the second file', async () => (await count()) === 2 || undefined)
  rmSync(join(weir.folder, 'data'), { recursive: true })
  await eventually('the trouble is shown', async () => {
    const { stdout } = await weir.command('status')
    return /raw-sales[^\n]*Failed[^]*data[^\n]*not there/.test(stdout) || undefined
  })
  write(weir, { 'c.ndjson': '{"id":3}\n' })
  await eventually('it goes on', async () => (await count()) === 1 || undefined)
})

void test('a folder outside the project is refused unless the project file allows it', async () => {
  await using weir = await restartableWeir('crawler-outside', { project: project(`path: './data'`) })
  write(weir, { 'a.csv': 'id\n1\n' })
  const outside = mkdtempSync(join(tmpdir(), 'weir-outside-'))
  writeFileSync(join(outside, 'b.csv'), 'id\n2\n')
  symlinkSync(outside, join(weir.folder, 'out'))
  await weir.start()
  const planned = async (options: string) => {
    writeFileSync(join(weir.folder, 'weir.config.ts'), project(options))
    return weir.command('plan')
  }
  for (const path of ['../elsewhere', outside, 'a/../../b'])
    assert.match((await planned(`path: '${path}'`)).stderr, /is outside the project\. Say outside: true/, path)
  assert.equal((await planned(`path: '${outside}', outside: true`)).code, 0)
  const url = `http://127.0.0.1:${weir.ports.http}/api/v1/resources/crawler/by-api`
  const body = JSON.stringify({ spec: { path: outside, outside: true, table: 'taken' } })
  const headers = { 'content-type': 'application/json' }
  const refused = await fetch(url, { method: 'PUT', headers, body })
  assert.match(await refused.text(), /WEIR-4022.*is outside the project/)
  // A link leads out only when it is followed.
  const linked = JSON.stringify({ spec: { path: 'out', table: 'linked' } })
  assert.ok((await fetch(url, { method: 'PUT', headers, body: linked })).ok)
  await eventually('the link is refused', async () => {
    const { stdout } = await weir.command('status')
    return /by-api: .*which is outside the project/.test(stdout) || undefined
  })
  rmSync(outside, { recursive: true })
})

interface Sale {
  readonly id: number
  readonly sku: string
  readonly amount: number
  readonly dt: string
}

function write({ folder }: RestartableWeir, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const place = join(folder, 'data', path)
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, text)
  }
}
