import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { mavenJars, pythonWith } from '../../../tools/conformance/fetched.ts'
import { kit } from '../../../tools/conformance/kit.ts'
import { freePort } from '../../support/free-port.ts'
import { type RunningWeir, startWeirIn, writeProject } from '../../support/running-weir.ts'
import { type Question, questions, refused, typedColumns, typedRows } from './trino-statements.ts'

/**
 * One project, first with its own engine and then with `sql: { trino }` (docs/spec/sql-trino.md): the same statements must be answered with
 * the same bytes; what Trino does not see is said, what writes is refused, and a Trino that is away is named. psql asks for
 * what it shows of tables. Starts Trino by the kit.
 */
const [httpPort, trinoPort] = [await freePort(), await freePort()]
const address = `http://127.0.0.1:${trinoPort}`
const project = `import { defineProject, delivery, secret, stream, table, view } from 'weir-data'
const orders = stream('orders')
const t = table('orders', { columns: { id: 'long', item: 'string' } })
export default defineProject({ name: 'trino', ports: { http: ${httpPort} }, users: { ana: { password: secret('ana', { fromEnv: 'ANA' }) } },
  resources: [orders, t, table('typed', { columns: ${JSON.stringify(typedColumns)} }), delivery('d', { from: orders, to: t, flush: { age: '1 h' } }), view('few', { sql: 'select * from orders limit 1' })],
  environments: { trino: { sql: { trino: '${address}', catalog: 'w' } } } })
`
const folder = mkdtempSync(join(tmpdir(), 'weir-sql-trino-'))
writeProject(folder, project)
const onPort = ['--http-port', String(httpPort)]
const psqlProgram = 'psql'
const endless =
  'select count(*) from table(sequence(1, 1000000)) a, table(sequence(1, 1000000)) b where a.sequential_number * b.sequential_number % 7 = 3'
const user = { 'X-Trino-User': 'weir' }
const cli = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))
process.env['ANA'] = 'her password'
let checks = 0

try {
  const own = await answersOfDuckdb()
  await using weir = await startWeirIn(folder, [...onPort, '--env', 'trino'])
  await withoutTrino(weir)
  trino('start', `http://127.0.0.1:${httpPort}/iceberg`)
  try {
    await sameAnswers(weir, own)
    await refusals(weir)
    await tails(weir)
    await cancellation(weir)
    await backPressure(weir)
    psql(weir)
    await saysWhoAnswers(weir)
    drivers(weir)
    await cursorsAndCopy(weir)
  } finally {
    trino('stop')
  }
  await withoutTrino(weir)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${checks} checks of Trino behind the PostgreSQL port`)

function checked(what: string): void {
  checks++
  console.log(`ok    ${what}`)
}

function trino(...args: readonly string[]): void {
  const script = `${kit}/iceberg/trino/trino.sh`
  execFileSync(script, [...args, '--port', String(trinoPort)], { stdio: ['ignore', 'ignore', 'inherit'] })
}

type Answer = readonly [
  format: 'text' | 'binary',
  types: readonly string[],
  rows: readonly (readonly (string | null)[])[],
]

async function answersOfDuckdb(): Promise<ReadonlyMap<string, Answer>> {
  await using weir = await startWeirIn(folder, onPort)
  await using client = await connect(weir)
  await client.query(typedRows)
  assert.equal((await client.query('show weir.engine')).rows[0]['weir.engine'], 'DuckDB')
  return await answersOf(client, questions)
}

async function answersOf(client: pg.Client, asked: readonly Question[]): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>()
  for (const { text, values = [] } of asked)
    for (const format of ['text', 'binary'] as const) {
      const binary = format === 'binary'
      const shown = (value: string | Buffer): string => (binary ? (value as Buffer).toString('hex') : (value as string))
      const types = { getTypeParser: () => shown } as never
      const query = { text, values: [...values], rowMode: 'array', binary, types }
      const { fields, rows } = await client.query<(string | null)[]>(query as pg.QueryArrayConfig)
      const described = fields.map((field) => `${field.name} ${field.dataTypeID} ${field.dataTypeModifier}`)
      answers.set(`${format}: ${text}`, [format, described, rows])
    }
  return answers
}

async function sameAnswers(weir: RunningWeir, own: ReadonlyMap<string, Answer>): Promise<void> {
  await using client = await connect(weir)
  const engine = (await client.query('show weir.engine')).rows[0]['weir.engine']
  assert.equal(engine, `Trino at ${address}`)
  assert.equal(client.said.get('weir.engine'), engine)
  assert.match((await client.query('select version()')).rows[0].version, new RegExp(`by ${engine}$`))
  for (const question of questions)
    for (const [key, answer] of await answersOf(client, [question])) {
      assert.deepEqual(answer, own.get(key), key)
      assert.ok(answer[2].length > 0, `${key} has rows`)
      checked(`the same as DuckDB's, ${key.slice(0, 100)}`)
    }
  await client.query("set time zone 'Europe/Berlin'")
  const { rows } = await client.query('select current_timezone() as zone')
  assert.equal(rows[0].zone, 'Europe/Berlin')
  const told = await client.query({
    text: 'select moment from typed where id = 1',
    types: { getTypeParser: () => String } as never,
  })
  assert.equal(told.rows[0].moment, '2024-02-29 05:05:06.789012+01')
  await assert.rejects(client.query("select timestamp '2024-10-27 02:30:00 Europe/Berlin'"), { code: '22008' })
  checked('zones of sessions')
}

async function refusals(weir: RunningWeir): Promise<void> {
  await using client = await connect(weir)
  for (const [text, sqlstate] of refused) {
    await assert.rejects(client.query(text), { code: sqlstate }, text)
    await assert.rejects(client.query({ text, values: [], name: text.slice(0, 60) }), { code: sqlstate }, text)
    checked(`refused with ${sqlstate}: ${text}`)
  }
  await assert.rejects(client.query('select id,\n  nothing from typed'), { code: '42703', position: '14' })
  await assert.rejects(client.query('select id from typed where id = $1', ['1.5']), { code: '22P02' })
  await assert.rejects(client.query("set weir.engine = 'x'"), { code: '55P02' })
  checked('places of errors, and parameters that do not fit')
}

/** A session may begin with the embedded engine all the same: it sees tails, reads views and writes. */
async function embedded(weir: RunningWeir): Promise<void> {
  await using client = await connect(weir, { options: '-c weir.engine=DuckDB' })
  assert.equal(client.said.get('weir.engine'), 'DuckDB')
  assert.equal((await client.query('select * from orders')).rows.length, 2)
  assert.equal((await client.query('select * from few')).rows.length, 1)
  await client.query('begin; delete from typed where id = 5; rollback')
  await assert.rejects(connect(weir, { options: '-c weir.engine=spark' }), { code: '22023' })
  const ana = { user: 'ana', password: process.env['ANA']! }
  await assert.rejects(connect(weir, ana), { code: '42501', message: /answers administrators only/ })
  await using hers = await connect(weir, { ...ana, options: '-c weir.engine=DuckDB' })
  assert.equal((await hers.query('select * from orders')).rows.length, 2)
  checked('a session with the embedded engine, which is the only one for users that policies bind')
}

/** Rows that are not committed are not seen by Trino, which is said; committed they are. */
async function tails(weir: RunningWeir): Promise<void> {
  await using client = await connect(weir)
  execFileSync(process.execPath, [cli, 'produce', 'orders', '--dir', folder], {
    input: '{"id": 1, "item": "a"}\n{"id": 2, "item": "b"}\n',
  })
  const waiting = async (text: string): Promise<boolean> => {
    client.notices.length = 0
    await client.query(text)
    return client.notices.some((notice) => /last snapshot of public.orders: up to 2 newer rows/.test(notice))
  }
  for (const deadline = Date.now() + 20_000; !(await waiting('select * from orders'));)
    assert.ok(Date.now() < deadline, 'the tail is said')
  assert.deepEqual((await client.query('select * from orders')).rows, [])
  assert.ok(await waiting('with x as (select 1 as n) select * from x, w.public.orders'))
  assert.ok(await waiting('select count(*) from "orders$snapshots"'))
  await run(`create view w.public.theirs as select id from w.public.orders`)
  assert.ok(await waiting('select * from theirs'), "through a view of Trino's own")
  assert.ok(!(await waiting('select * from typed')))
  await embedded(weir)
  execFileSync(process.execPath, [cli, 'delivery', 'flush', 'd', '--dir', folder])
  assert.ok(!(await waiting('select * from orders')))
  assert.deepEqual((await client.query('select id, item from orders order by id')).rows, [
    { id: '1', item: 'a' },
    { id: '2', item: 'b' },
  ])
  checked('rows of tails are said to be missing, and are there once committed')
}

async function cancellation(weir: RunningWeir): Promise<void> {
  await until(async () => (await running()) === 0)
  await using client = await connect(weir)
  const { rows } = await client.query('select pg_backend_pid() as pid')
  assert.ok(rows[0].pid > 0)
  const asked = assert.rejects(client.query(endless), { code: '57014' })
  // What goes wrong before it ends is told first.
  asked.catch(() => undefined)
  await until(async () => (await running()) === 1)
  const other = new pg.Client({ connectionString: weir.endpoints.postgres })
  ;(other as unknown as { cancel(client: pg.Client, query: unknown): void }).cancel(
    client,
    (client as unknown as { activeQuery: unknown }).activeQuery,
  )
  await asked
  await until(async () => (await running()) === 0)
  await client.query("set statement_timeout = '500ms'")
  await assert.rejects(client.query(endless), { code: '57014', message: /statement timeout/ })
  await until(async () => (await running()) === 0)
  const leaving = await connect(weir)
  leaving.query(endless).catch(() => undefined)
  await until(async () => (await running()) === 1)
  ;(leaving as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
  await until(async () => (await running()) === 0)
  checked('CancelRequest, statement_timeout and a client that leaves end the query in Trino')
}

/** A client that does not read keeps no rows in the engine: it holds two pages (INV-R2). */
async function backPressure(weir: RunningWeir): Promise<void> {
  await using client = await connect(weir)
  await client.query('begin')
  await client.query(
    `declare c cursor for select sequential_number, rpad('', 1000, 'x') as filler from table(sequence(1, 400000))`,
  )
  const before = engineBytes(weir)
  for (let n = 0; n < 20; n++) assert.equal((await client.query('fetch 1000 from c')).rows.length, 1000)
  const grown = engineBytes(weir) - before
  assert.ok(grown < 150e6, `an engine that sends 400 MB by parts grew by ${grown} bytes`)
  await client.query('rollback')
  await until(async () => (await running()) === 0)
  checked(
    `a cursor over 400 MB costs the engine ${Math.round(grown / 1e6)} MB, and is ended in Trino with its transaction`,
  )
}

function engineBytes(weir: RunningWeir): number {
  const pids = execFileSync('pgrep', ['-P', String(weir.endpoints.pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
  const sizes = pids.map((pid) => {
    const commandLine = execFileSync('cat', [`/proc/${pid}/cmdline`], { encoding: 'utf8' })
    if (!commandLine.includes('engine')) return 0
    const status = execFileSync('cat', [`/proc/${pid}/status`], { encoding: 'utf8' })
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
  })
  const size = Math.max(...sizes)
  assert.ok(size > 0, 'the engine runs')
  return size
}

function psql({ endpoints }: RunningWeir): void {
  const ask = (...commands: readonly string[]): string =>
    execFileSync(psqlProgram, [endpoints.postgres, '-X', ...commands.flatMap((text) => ['-c', text])], {
      encoding: 'utf8',
    })
  assert.match(ask('\\dt'), /typed/)
  assert.match(ask('\\d typed'), /wide +\| numeric\(38,10\)/)
  assert.match(ask('\\dv'), /few/)
  assert.match(ask('select id from typed where flag'), /\n +1\n\(1 row\)/)
  checked('psql lists tables and their columns, and asks')
}

function drivers(weir: RunningWeir): void {
  const { host, port } = addressOf(weir)
  const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
  const said = (file: string, ...args: readonly string[]): string =>
    execFileSync(file, [...args, host!, String(port)], {
      encoding: 'utf8',
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    })
  const python = pythonWith('psycopg-3.3.9', ['psycopg[binary]==3.3.9', 'sqlalchemy==2.1.9'])
  assert.match(said(python, program('trino_clients.py')), /are content/)
  checked('psycopg and SQLAlchemy')
  const jdbc = mavenJars('pgjdbc-42.7.4', ['org.postgresql:postgresql:42.7.4'])
  assert.match(said('java', '-cp', join(jdbc, '*'), program('TrinoClients.java')), /content/)
  checked('pgjdbc: prepared statements in text and binary, rows in parts, a timeout')
}

/** The command line and the HTTP API, whose clients are told by the port. */
async function saysWhoAnswers({ endpoints }: RunningWeir): Promise<void> {
  const told = spawnSync(process.execPath, [cli, 'sql', 'select 1', '--dir', folder], { encoding: 'utf8' })
  assert.match(told.stdout + told.stderr, new RegExp(`Answered by Trino at ${address}`))
  const ask = async (more: object): Promise<{ readonly engine: string; readonly rows: unknown }> => {
    const body = JSON.stringify({ sql: 'select id, item from orders order by id', ...more })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${endpoints.http}/api/v1/sql`, { method: 'POST', headers, body })
    return (await answer.json()) as { readonly engine: string; readonly rows: unknown }
  }
  const rows = [
    ['1', 'a'],
    ['2', 'b'],
  ]
  for (const [more, engine] of [
    [{}, `Trino at ${address}`],
    [{ engine: 'own' }, 'DuckDB'],
  ] as const) {
    const answer = await ask(more)
    assert.deepEqual([answer.engine, answer.rows], [engine, rows])
  }
  checked('weir sql and the HTTP API say who answered')
}

async function cursorsAndCopy(weir: RunningWeir): Promise<void> {
  const copied = execFileSync(
    psqlProgram,
    [
      weir.endpoints.postgres,
      '-X',
      '-c',
      'copy (select id, tags, place from typed where id in (1, 2) order by id) to stdout (format csv)',
    ],
    { encoding: 'utf8' },
  )
  assert.equal(
    copied,
    '1,"{a,NULL,""b \\""c\\"""",""""}","{""city"": ""Köln"", ""lat"": 50.9}"\n2,{},"{""city"": null, ""lat"": ""Infinity""}"\n',
  )
  await using client = await connect(weir)
  await client.query('begin')
  await client.query('declare c cursor for select sequential_number as n from table(sequence(1, 10000)) order by 1')
  await client.query('declare d cursor for select id from typed order by id')
  assert.equal((await client.query('fetch 3000 from c')).rows.at(-1).n, '3000')
  assert.equal((await client.query('fetch 1 from d')).rows[0].id, '-9223372036854775808')
  assert.equal((await client.query('fetch 1 from c')).rows[0].n, '3001')
  await client.query('commit')
  const { rows } = await client.query('explain select * from typed')
  assert.match(rows.map((row) => row['QUERY PLAN']).join('\n'), /TableScan|w:public/)
  checked('COPY to the client, cursors side by side, EXPLAIN')
}

/** The session goes on; the statement is refused with the address. */
async function withoutTrino(weir: RunningWeir): Promise<void> {
  await using client = await connect(weir)
  await assert.rejects(client.query('select 1'), {
    code: '57P03',
    message: new RegExp(`Trino at ${address} cannot be reached: ECONNREFUSED`),
    hint: /sql\.trino/,
  })
  assert.match((await client.query('select version()')).rows[0].version, /Trino at/)
  checked('a Trino that is away is named, and what the port knows is answered')
}

function addressOf({ endpoints }: RunningWeir): pg.ClientConfig {
  const { hostname, port, pathname } = new URL(endpoints.postgres)
  return { host: hostname, port: Number(port), database: pathname.slice(1) }
}

interface Client extends pg.Client, AsyncDisposable {
  readonly notices: string[]
  readonly said: ReadonlyMap<string, string>
}

async function connect(weir: RunningWeir, more: pg.ClientConfig = {}): Promise<Client> {
  const client = new pg.Client({ user: 'weir', ...addressOf(weir), ...more })
  const notices: string[] = []
  const said = new Map<string, string>()
  client.on('error', () => undefined)
  client.on('notice', ({ message }) => notices.push(message ?? ''))
  const { connection } = client as unknown as {
    readonly connection: { on(event: string, listener: (message: Record<string, string>) => void): void }
  }
  connection.on('parameterStatus', ({ parameterName, parameterValue }) => said.set(parameterName!, parameterValue!))
  await client.connect()
  return Object.assign(client, { notices, said, [Symbol.asyncDispose]: () => client.end() })
}

/** How many of our queries run in Trino. */
async function running(): Promise<number> {
  const answer = await fetch(`${address}/v1/query`, { headers: user })
  const queries = (await answer.json()) as readonly { readonly state: string; readonly query: string }[]
  return queries.filter(({ state }) => !['FINISHED', 'FAILED'].includes(state)).length
}

/** A statement to Trino itself. */
async function run(text: string): Promise<void> {
  let answer = await fetch(`${address}/v1/statement`, { method: 'POST', headers: user, body: text })
  for (;;) {
    const page = (await answer.json()) as { readonly nextUri?: string; readonly error?: { readonly message: string } }
    if (page.error) throw new Error(`${page.error.message}, in ${text}`)
    if (page.nextUri === undefined) return
    answer = await fetch(page.nextUri)
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await holds());) {
    assert.ok(Date.now() < deadline, `it came in time: ${holds.toString()}, ${await running()} run in Trino`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
