import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { startWriteEngine } from '../support/write-engine.ts'
import { bringSpark, runPyIceberg, startSpark } from './kit-python.ts'

/**
 * Defaults that Weir's SQL declares: `node test/conformance/iceberg-defaults.ts CATALOG`. Rows that are older than a column, rows that
 * were written without a value, and rows after the default was another: Spark and PyIceberg must read what Weir reads. Then Spark
 * appends, and declares columns of its own beside them.
 */
const [address = ''] = process.argv.slice(2)
const client = connectCatalog({ uri: address })
const store = openObjectStore({ roots: ['file:///'], files: nodeFiles })
const folder = mkdtempSync(join(tmpdir(), 'weir-defaults-'))

/** Each column that is added with its constant, and what a row of before has, as text. */
const added: readonly (readonly [column: string, constant: string, text: string])[] = [
  ['n integer', '-7', '-7'],
  ['big bigint', '9007199254740993', '9007199254740993'],
  ['price numeric(12, 2)', '14.2', '14.20'],
  ['ratio double precision', '0.1', '0.1'],
  ['half real', '1.5', '1.5'],
  ['yes boolean not null', 'true', 'true'],
  ['note text', `'it''s é😀'`, `it's é😀`],
  ['day date', `'2024-02-29'`, '2024-02-29'],
  ['at timestamp', `'2024-01-02 03:04:05.000006'`, '2024-01-02 03:04:05.000006'],
  ['id2 uuid', `'f79c3e09-677c-4bbd-a479-3f349cb785e7'`, 'f79c3e09-677c-4bbd-a479-3f349cb785e7'],
  ['raw bytea', String.raw`'\x00ff'`, '00ff'],
]
const names = added.map(([column]) => column.split(' ')[0]!)
const older = Object.fromEntries(names.map((name, at) => [name, added[at]![2]]))

try {
  await using engine = await startWriteEngine(
    {},
    { folder, client, store, [Symbol.asyncDispose]: async () => undefined },
  )
  const sql = await engine.client()
  const actions = added.map(([column, constant]) => `add ${column} default ${constant}`)
  for (const text of [
    `create table defaults (id int, kind text default 'first')`,
    'insert into defaults (id) values (1)',
    `alter table defaults ${actions.join(', ')}`,
    'insert into defaults (id) values (2)',
    `alter table defaults alter n set default 8, alter note drop default, alter kind set default 'second'`,
    'insert into defaults (id) values (3)',
    'insert into defaults (id, n, kind, yes) values (4, null, null, false)',
  ])
    await sql.query(text)
  const expected = [
    { id: '1', kind: 'first', ...older },
    { id: '2', kind: 'first', ...older },
    { id: '3', kind: 'second', ...older, n: '8', note: 'null' },
    { id: '4', kind: 'null', ...older, n: 'null', note: 'null', yes: 'false' },
  ]
  const textOf = (name: string): string => (name === 'raw' ? 'lower(hex(raw))' : `cast(${name} as string)`)
  const items = ['id', 'kind', ...names].map(textOf).join(', ')
  const query = `SELECT ${items} FROM w.public.defaults WHERE id < 10 ORDER BY id`
  const asRead = expected.map((row) => Object.values(row).join(' '))

  const own = await sql.query({ text: query.replace('w.public', 'public'), rowMode: 'array' })
  assert.deepEqual(
    own.rows.map((row: readonly (string | null)[]) => row.map((value) => value ?? 'null').join(' ')),
    asRead,
  )
  bringSpark(address, 'public.defaults')
  using spark = startSpark(address)
  // Iceberg 1.11 reads no decimal column with a default otherwise: apache/iceberg#16502.
  const rowByRow = 'SET spark.sql.iceberg.vectorization.enabled=false'
  assert.deepEqual(await spark.rows(rowByRow, query), asRead, 'Spark reads other rows')
  console.log(`Spark reads ${asRead.length} rows as Weir does`)
  runPyIceberg('iceberg-defaults.py', [address, 'public.defaults', JSON.stringify(expected)])

  // Its own writes and changes of the schema keep what was declared.
  const columns = names.map((name) =>
    name === 'n' ? '10' : `(SELECT first(${name}) FROM w.public.defaults WHERE id = 1)`,
  )
  await spark.rows(
    `INSERT INTO w.public.defaults SELECT 10, 'spark', ${columns.join(', ')}`,
    'ALTER TABLE w.public.defaults ADD COLUMN more int',
    query,
  )
  await sql.query('insert into defaults (id, yes) values (11, true)')
  const { rows } = await sql.query({
    text: 'select id, kind, n, price, more from defaults where id > 9 order by id',
    rowMode: 'array',
  })
  assert.deepEqual(rows, [
    [10, 'spark', 10, '14.20', null],
    [11, 'second', 8, '14.20', null],
  ])
  assert.deepEqual(await spark.rows(query), asRead, 'Spark reads other rows after its own')
  console.log('Weir writes its defaults into the table that Spark has changed')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
