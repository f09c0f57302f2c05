import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { startLakeEngine, type LakeEngine } from '../../../test/support/lake-engine.ts'
import { seededRandom, type Random } from '../../../test/support/seeded-random.ts'

const columns = {
  n: 'long',
  small: 'int',
  kind: 'string',
  amount: 'double',
  ratio: 'float',
  day: 'date',
  placed: 'timestamptz',
  price: 'decimal(9, 2)',
  ok: 'boolean',
  note: 'string',
}

/** 40 rows from `from` on: values rise with n, with nulls, NaN, zeros of both signs and texts beyond what bounds keep. */
const fileOf = (from: number) => `SELECT i AS n, (i % 7)::INTEGER AS small,
  CASE WHEN i % 11 = 0 THEN NULL ELSE chr((97 + i // 40)::INTEGER) || repeat('z', (i % 20)::INTEGER) END AS kind,
  CASE WHEN i % 13 = 0 THEN 'nan'::DOUBLE WHEN i % 17 = 0 THEN '-0.0'::DOUBLE ELSE (i - 200) / 10 END AS amount,
  ((i - 300) / 100)::FLOAT AS ratio, DATE '2024-01-01' + (i // 10)::INTEGER AS day,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' + i * INTERVAL 1 HOUR AS placed, ((i - 100) / 8)::DECIMAL(9, 2) AS price,
  CASE WHEN i // 40 % 3 = 0 THEN NULL ELSE i // 40 % 3 = 1 END AS ok, CASE WHEN i // 40 = 5 THEN 'noted' END AS note
  FROM range(${from}, ${from + 40}) t(i)`

let world: LakeEngine
before(async () => {
  const files = Array.from({ length: 12 }, (_, at) => fileOf(at * 40))
  const views = [{ schema: 'public', name: 'dear', sql: 'select * from t where price > 20' }]
  world = await startLakeEngine(
    [
      { name: 't', columns, files },
      { name: 'u', columns, files: files.slice(2, 11).toReversed() },
    ],
    views,
  )
})
after(() => world[Symbol.asyncDispose]())

/** What the port answers, and what DuckDB says of the same rows in memory. */
async function compare(text: string, seed: number): Promise<void> {
  const answer = await world.client.query({ text, rowMode: 'array' })
  const expected = await world.reference.runAndReadAll(text)
  const [ours, theirs] = [answer.rows, expected.getRows()].map((rows) =>
    rows.map((row: readonly unknown[]) => row.map(String).join('|')).toSorted((a, b) => (a < b ? -1 : 1)),
  )
  assert.deepEqual(ours, theirs, `seed ${seed}: ${text}`)
}

void test('a statement answers the same whichever files are left out of its plan', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const random = seededRandom(seed)
  const before = { ...world.planned }
  for (let round = 0; round < 120; round++) await compare(statement(random), seed)
  const [files, of] = [world.planned.files - before.files, world.planned.of - before.of]
  assert.ok(files < of * 0.95, `${files} of ${of} files were left: this has shown nothing`)
})

const all = (table: string) =>
  Object.keys(columns)
    .map((name) => `${table}.${name}::VARCHAR`)
    .join(', ')

function statement(random: Random): string {
  const c = (table = '') => condition(random, table, 2)
  return random.oneOf([
    () => `SELECT ${all('t')} FROM t WHERE ${c('t.')}`,
    () => `SELECT count(*)::VARCHAR, sum(n)::VARCHAR FROM dear WHERE ${c()}`,
    () => `SELECT ${all('t')}, ${all('u')} FROM t JOIN u USING (n) WHERE ${c('t.')} AND ${c('u.')}`,
    () => `SELECT ${all('t')}, ${all('u')} FROM t LEFT JOIN u ON t.n = u.n AND ${c('u.')} WHERE ${c('t.')}`,
    () => `SELECT ${all('t')}, ${all('u')} FROM t FULL JOIN u ON t.n = u.n + 80 AND ${c('u.')}`,
    () => `SELECT ${all('t')} FROM t WHERE n IN (SELECT n FROM u WHERE ${c()}) OR ${c()}`,
    () => `SELECT ${all('t')} FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.n = t.n AND ${c('u.')}) AND ${c('t.')}`,
    () =>
      `WITH x AS (SELECT * FROM t WHERE ${c()}) SELECT ${all('a')} FROM x a JOIN x b ON a.n = b.n + 1 WHERE ${c('b.')}`,
    () => `SELECT ${all('t')} FROM t WHERE ${c()} UNION ALL SELECT ${all('t')} FROM t WHERE ${c()}`,
    () => `SELECT (SELECT count(*) FROM t WHERE ${c()})::VARCHAR, count(*)::VARCHAR FROM t WHERE ${c()}`,
    () => `SELECT kind, count(*)::VARCHAR, sum(price)::VARCHAR FROM t WHERE ${c()} GROUP BY kind HAVING count(*) > 2`,
    () => `SELECT n::VARCHAR, (count(*) OVER (PARTITION BY small))::VARCHAR FROM t WHERE ${c()}`,
    () => `SELECT n::VARCHAR FROM (SELECT *, row_number() OVER (ORDER BY n) AS r FROM t) WHERE ${c()} AND r < 300`,
    () => `SELECT n::VARCHAR FROM t WHERE ${c()} ORDER BY n LIMIT 7`,
    () => `SELECT (count(*) FILTER (WHERE ${c()}))::VARCHAR, count(*)::VARCHAR FROM t WHERE ${c()}`,
    () => `SELECT n::VARCHAR FROM t WHERE n > (SELECT min(n) FROM u WHERE ${c()}) AND ${c()}`,
  ])()
}

function condition(random: Random, table: string, depth: number): string {
  if (depth > 0 && random.chance(0.6)) {
    const [left, right] = [condition(random, table, depth - 1), condition(random, table, depth - 1)]
    return random.chance(0.2) ? `NOT (${left})` : `(${left} ${random.oneOf(['AND', 'OR'])} ${right})`
  }
  const name = random.oneOf(Object.keys(columns))
  const column = `${table}${name}`
  const value = () => valueOf(random, name)
  return random.oneOf([
    () => `${column} ${random.oneOf(['<', '<=', '=', '>=', '>', '<>'])} ${value()}`,
    () => `${column} BETWEEN ${value()} AND ${value()}`,
    () => `${column} IN (${value()}, ${value()}, ${value()})`,
    () => `${column} IS ${random.oneOf(['', 'NOT '])}NULL`,
    () => `${table}ok`,
    () => `${column} IS DISTINCT FROM ${value()}`,
    () => `${table}kind LIKE '${random.oneOf(['azz%', 'c%', 'm%', '%z', 'ezzz_'])}'`,
    () => `${table}n + ${random.pick(50)} < ${random.pick(500)}`,
    () => `coalesce(${column}, ${value()}) = ${value()}`,
    () => `date_trunc('week', ${table}placed) = TIMESTAMPTZ '2024-01-08 00:00:00+00'`,
    () => `CAST(${table}placed AS DATE) = DATE '2024-01-0${1 + random.pick(9)}'`,
  ])()
}

function valueOf(random: Random, column: string): string {
  const n = random.pick(520) - 20
  switch (column) {
    case 'kind':
    case 'note':
      return `'${random.oneOf(['a', 'czzz', 'ezzzzzzzzzzzzzzzz', `${String.fromCharCode(97 + random.pick(13))}zz`, 'noted', ''])}'`
    case 'day':
      return `DATE '2024-01-01' + ${Math.trunc(n / 10)}`
    case 'placed':
      return `TIMESTAMPTZ '2024-01-01 00:00:00+00' + ${n} * INTERVAL 1 HOUR`
    case 'ok':
      return random.oneOf(['true', 'false'])
    case 'amount':
      return random.oneOf([`${(n - 200) / 10}::DOUBLE`, `'nan'::DOUBLE`, '0.0::DOUBLE', `'inf'::DOUBLE`])
    case 'ratio':
      return `${(n - 300) / 100}::FLOAT`
    case 'price':
      return random.oneOf([`${((n - 100) / 8).toFixed(2)}`, `${(n - 100) / 8}`, `${n}`])
    case 'small':
      return String(random.pick(9))
    default:
      return random.oneOf([`${n}`, `${n}.5`, `${n}::HUGEINT`])
  }
}

void test('files that have no row for a statement are not opened, also for parameters and the present moment', async () => {
  const before = { ...world.planned }
  const [third, last] = [world.pathsOf('t')[3]!, world.pathsOf('t').at(-1)!]
  const ids = async (text: string, values: unknown[] = []) =>
    (await world.client.query<{ n: string }>({ text, values })).rows.map(({ n }) => Number(n))
  rmSync(third)
  assert.deepEqual(await ids('select n from t where n = 7'), [7])
  assert.deepEqual(await ids('select n from t where n between $1 and $2 order by n', [470, 472]), [470, 471, 472])
  assert.deepEqual(
    await ids(`select n from t where placed < $1 and price < '-12' order by n`, ['2024-01-01 03:00:00Z']),
    [0, 1, 2],
  )
  assert.deepEqual(await ids('select n from t where placed > now()'), [])
  assert.deepEqual(await ids('select n from dear where day > current_date - 36500 and n > 477'), [478, 479])
  rmSync(last)
  await assert.rejects(ids('select n from t where n > 400'))
  await assert.rejects(ids('select count(*) as n from t'))
  assert.deepEqual(await ids('select n from t where kind is null and n < 30 order by n'), [0, 11, 22])
  assert.ok(world.planned.files - before.files < (world.planned.of - before.of) / 2)
})
