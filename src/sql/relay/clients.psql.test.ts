import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cheapView, ordersTable, startTestEngine, type TestEngine } from '../../../test/support/sql-engine.ts'
import type { PostgresPort } from './postgres-port.ts'
import { startPostgresPort } from './start-postgres-port.ts'

const run = promisify(execFile)
const programs = fileURLToPath(new URL('../../../test/conformance/sql/', import.meta.url))
const cache = join(process.env['WEIR_CACHE'] ?? join(homedir(), '.cache'), 'weir-sql-clients')
const jdbcVersion = '42.7.4'

let server: TestEngine
let port: PostgresPort

before(async () => {
  server = await startTestEngine([ordersTable], [cheapView])
  port = await startPostgresPort({
    host: '127.0.0.1',
    port: 0,
    auth: { kind: 'trust' },
    engine: async () => server.socketPath,
  })
  mkdirSync(cache, { recursive: true })
})
after(async () => {
  await port.stop()
  await server.stop()
})

const psql = async (command: string): Promise<string> => {
  const { stdout } = await run('psql', [
    '-h',
    '127.0.0.1',
    '-p',
    String(port.port),
    '-U',
    'weir',
    '-At',
    '-c',
    command,
    'weir',
  ])
  return stdout.trim()
}

void test('psql lists and describes', async () => {
  assert.equal(await psql('\\dt'), 'public|orders|table|weir')
  assert.equal(await psql('\\dv'), 'public|cheap|view|weir')
  assert.equal(await psql('\\dn'), 'public|weir')
  assert.match(await psql('\\l'), /^weir\|weir\|UTF8/)
  assert.match(await psql('\\d orders'), /id\|bigint\|\|not null\|\nitem\|text\|\|\|\nprice\|numeric\(12,2\)/)
  assert.match(await psql('\\d+ orders'), /Number of the order/)
  assert.equal(await psql('\\d cheap'), 'id|bigint|||\nitem|text|||')
  assert.equal(await psql('\\copy (select id, item from orders order by id limit 1) to stdout csv'), '1,item 1')
  await assert.rejects(psql('select * from orderz'), /Did you mean orders\?/)
})

void test('psycopg 3 and SQLAlchemy query and reflect', { timeout: 300_000 }, async () => {
  const python = join(cache, 'venv/bin/python')
  if (!existsSync(python)) {
    await run('python3', ['-m', 'venv', join(cache, 'venv')])
    await run(python, ['-m', 'pip', 'install', '--quiet', 'psycopg[binary]', 'sqlalchemy'])
  }
  const { stdout } = await run(python, [join(programs, 'clients.py'), '127.0.0.1', String(port.port)])
  assert.match(stdout, /are content/)
})

void test(
  'pgjdbc queries in text and binary, reads the catalog, fetches in parts, times out',
  { timeout: 300_000 },
  async () => {
    const jar = join(cache, `postgresql-${jdbcVersion}.jar`)
    if (!existsSync(jar)) {
      const artifact = `-Dartifact=org.postgresql:postgresql:${jdbcVersion}`
      await run('mvn', ['-q', 'dependency:copy', artifact, `-DoutputDirectory=${cache}`], { cwd: cache })
    }
    const { stdout } = await run('java', ['-cp', jar, join(programs, 'Clients.java'), '127.0.0.1', String(port.port)])
    assert.match(stdout, /content/)
  },
)
