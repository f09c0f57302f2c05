import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'
import type { PostgresPort } from '../relay/postgres-port.ts'
import { startPostgresPort } from '../relay/start-postgres-port.ts'

const run = promisify(execFile)
const programs = fileURLToPath(new URL('../../../test/conformance/sql/', import.meta.url))
const cache = join(process.env['WEIR_CACHE'] ?? join(homedir(), '.cache'), 'weir-sql-clients')
const jdbcVersion = '42.7.4'

let engine: WriteEngine
let port: PostgresPort

before(async () => {
  engine = await startWriteEngine()
  const { socketPath } = engine
  port = await startPostgresPort({
    host: '127.0.0.1',
    port: 0,
    auth: { kind: 'trust' },
    engine: async () => socketPath,
  })
  mkdirSync(cache, { recursive: true })
})
after(async () => {
  await port.stop()
  await engine[Symbol.asyncDispose]()
})

void test('psql describes a table with its defaults', async () => {
  const commands = [
    `create table described (id bigint not null, level int default 5, note text not null default 'it''s')`,
    `alter table described add price numeric(8, 2) default 1.25, alter level drop default`,
    '\\d described',
  ]
  const words = ['-h', '127.0.0.1', '-p', String(port.port), '-U', 'weir', '-At', '-v', 'ON_ERROR_STOP=1']
  const { stdout } = await run('psql', [...words, ...commands.flatMap((command) => ['-c', command]), 'weir'])
  assert.deepEqual(stdout.trim().split('\n').slice(2), [
    'id|bigint||not null|',
    'level|integer|||',
    `note|text||not null|'it''s'::text`,
    'price|numeric(8,2)|||1.25',
  ])
})

void test('psql writes, copies files of its own and undoes', async () => {
  const file = join(engine.lake.folder, 'rows.csv')
  writeFileSync(file, 'id,item\n1,a\n2,"b, c"\n')
  const commands = [
    'create table shell (id bigint, item text)',
    `\\copy shell from '${file}' csv header`,
    `insert into shell values (3, 'x') returning id, item`,
    'begin; delete from shell; rollback',
    `begin; update shell set item = 'y' where id = 3; commit`,
    'select * from shell order by id',
  ]
  const words = ['-h', '127.0.0.1', '-p', String(port.port), '-U', 'weir', '-At', '-v', 'ON_ERROR_STOP=1']
  const { stdout } = await run('psql', [...words, ...commands.flatMap((command) => ['-c', command]), 'weir'])
  assert.deepEqual(stdout.trim().split('\n'), [
    'CREATE TABLE',
    'COPY 2',
    '3|x',
    'INSERT 0 1',
    'BEGIN',
    'DELETE 3',
    'ROLLBACK',
    'BEGIN',
    'UPDATE 1',
    'COMMIT',
    '1|a',
    '2|b, c',
    '3|y',
  ])
})

void test(
  'psycopg 3 writes by many, by COPY, in a pipeline and in nested transactions',
  { timeout: 300_000 },
  async () => {
    const python = join(cache, 'venv/bin/python')
    if (!existsSync(python)) {
      await run('python3', ['-m', 'venv', join(cache, 'venv')])
      await run(python, ['-m', 'pip', 'install', '--quiet', 'psycopg[binary]', 'sqlalchemy'])
    }
    const { stdout } = await run(python, [join(programs, 'writes.py'), '127.0.0.1', String(port.port)])
    assert.match(stdout, /is content/)
  },
)

void test('pgjdbc writes in batches, in binary, by COPY and with savepoints', { timeout: 300_000 }, async () => {
  const jar = join(cache, `postgresql-${jdbcVersion}.jar`)
  if (!existsSync(jar)) {
    const artifact = `-Dartifact=org.postgresql:postgresql:${jdbcVersion}`
    await run('mvn', ['-q', 'dependency:copy', artifact, `-DoutputDirectory=${cache}`], { cwd: cache })
  }
  const { stdout } = await run('java', ['-cp', jar, join(programs, 'Writes.java'), '127.0.0.1', String(port.port)])
  assert.match(stdout, /is content/)
})
