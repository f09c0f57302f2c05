import { execFileSync } from 'node:child_process'
import pg from 'pg'
import { startWeir } from '../support/running-weir.ts'
import { icebergJars, programPath, pyIcebergOnS3, pySpark, withS3Files } from './engine-python.ts'

/**
 * Users of a project whose tables lie in the S3 server of the environment, by PyIceberg, by Iceberg's library for Java and by Spark without any keys: each request to a
 * file is signed by the catalog, or refused. `node test/conformance/policies-s3.ts pyiceberg|java|spark`
 */
const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket = 'weir', AWS_REGION: region = 'us-east-1' } = process.env
if (endpoint === undefined) throw new Error('S3_ENDPOINT must name an S3 server')
const project = `import { defineProject, group, policy, secret, table, user } from 'weir-data'
const orders = table('orders', { columns: { id: 'long' } })
const people = table('people', { columns: { id: 'long', name: 'string' } })
const closed = table('closed', { columns: { id: 'long' } })
const visits = table('visits', { columns: { id: 'long', page: 'string' } })
const password = (name: string) => ({ password: secret(name, { fromEnv: name + '_PASSWORD' }) })
export default defineProject({
  name: 'policies',
  objects: { location: 's3://${bucket}/policies-${process.pid}', endpoint: '${endpoint}', region: '${region}',
    accessKeyId: secret('id', { fromEnv: 'LAKE_KEY_ID' }), secretAccessKey: secret('key', { fromEnv: 'LAKE_KEY' }),
    clients: { accessKeyId: secret('id', { fromEnv: 'LAKE_KEY_ID' }), secretAccessKey: secret('key', { fromEnv: 'LAKE_KEY' }) } },
  users: { ana: { ...password('ANA'), groups: ['analysts'] }, etl: password('ETL'), bob: password('BOB'), sam: password('SAM') },
  resources: [
    orders, people, closed, visits,
    policy('reading', { principals: [group('analysts'), user('sam')], allow: ['table:read'], on: [orders] }),
    policy('loading', { principals: [user('etl')], allow: ['table:read', 'table:write'], on: [orders] }),
    policy('visiting', { principals: [user('sam')], allow: ['table:read', 'table:write'], on: [visits] }),
    policy('making', { principals: [user('etl'), user('sam')], allow: ['table:*'], on: ['public.made*'] }),
    policy('people', { principals: ['everyone'], allow: ['table:read'], on: [people], columns: { mask: ['name'] } }),
    policy('closing', { principals: [user('nobody-else')], allow: ['table:read'], on: [closed] }),
  ],
})
`
const users = ['ana', 'etl', 'bob']
const { AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: key = '', ...environment } = process.env
Object.assign(process.env, {
  LAKE_KEY_ID: keyId,
  LAKE_KEY: key,
  WEIR_TOKEN: 'a-token-of-the-test',
  WEIR_PASSWORD: 'a-password',
})
for (const user of [...users, 'sam']) process.env[`${user.toUpperCase()}_PASSWORD`] = `${user}-secret`
await using weir = await startWeir('policies-s3', project)
await bySql(
  'insert into orders values (1), (2)',
  "insert into people values (1, 'Ada')",
  'insert into closed values (3)',
)
const other = await fileOf('closed')

async function bySql(...statements: readonly string[]): Promise<readonly unknown[]> {
  const { hostname: host, port } = new URL(weir.endpoints.postgres)
  const client = new pg.Client({ host, port: Number(port), user: 'weir', password: 'a-password', database: 'weir' })
  await client.connect()
  try {
    let rows: readonly unknown[] = []
    for (const statement of statements) ({ rows } = await client.query(statement))
    return rows
  } finally {
    await client.end()
  }
}

async function fileOf(table: string): Promise<string> {
  const headers = { authorization: 'Bearer a-token-of-the-test' }
  const answer = await fetch(`${weir.endpoints.http}/api/v1/tables/${table}/files`, { headers })
  const { items } = (await answer.json()) as { items: readonly { readonly path: string }[] }
  return items[0]!.path
}

let failed = 0
function check(what: string, ok: boolean, found: unknown): void {
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${what}${ok ? '' : `: ${JSON.stringify(found)}`}`)
  if (!ok) failed++
}

type Found = Readonly<Record<string, unknown>>

/** They open nothing: what works, works by signatures. */
const wrongKeys = { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'wrong', AWS_EC2_METADATA_DISABLED: 'true' }

function answerOf(python: string, program: string, args: readonly string[], env: object = {}): Found {
  const output = execFileSync(python, [programPath(program), ...args], {
    encoding: 'utf8',
    env: { ...environment, ...env, ...wrongKeys },
    maxBuffer: 64e6,
  })
  return JSON.parse(output.trim().split('\n').at(-1)!) as Found
}

const isRefused = (found: unknown): boolean => String(found).startsWith('refused: ')
const isRows = (found: unknown, ...rows: readonly number[]): boolean => JSON.stringify(found) === JSON.stringify(rows)
const by: Readonly<Record<string, () => void | Promise<void>>> = {
  pyiceberg: byPyIceberg,
  java: byJava,
  spark: bySpark,
}

function byPyIceberg(): void {
  const { python } = pyIcebergOnS3()
  const found = Object.fromEntries(
    users.map((user) => [
      user,
      answerOf(python, 'policies-s3.py', [weir.endpoints.iceberg, `${user}:${user}-secret`, key, other]),
    ]),
  )
  const { ana, etl, bob } = found as Record<string, Found>
  check('ana scans', isRows(ana!['scan'], 1, 2), ana!['scan'])
  check(
    'ana does not append, and finds out at the first file',
    /SignError.*403/.test(String(ana!['append'])),
    ana!['append'],
  )
  check('ana makes no table', isRefused(ana!['make']), ana!['make'])
  check('etl scans', isRows(etl!['scan'], 1, 2), etl!['scan'])
  check('etl appends', etl!['append'] === 'allowed' && isRows(etl!['rows at the end'], 1, 2, 7), etl)
  check('etl makes a table with rows in one transaction, reads and purges it', etl!['make'] === 2, etl!['make'])
  for (const action of Object.keys(bob!)) check(`bob: ${action} is refused`, isRefused(bob![action]), bob![action])
  for (const [user, all] of [
    ['ana', ana!],
    ['etl', etl!],
  ] as const) {
    for (const [action, why] of [
      ['delete a file', /SignError.*403/],
      // Who may write there is heard, and the file that is there stays.
      ['overwrite a file', user === 'etl' ? /412|[Pp]recondition/ : /SignError.*403/],
      ['read a file of another table', /SignError.*403/],
    ] as const)
      check(`${user}: ${action} is refused`, why.test(String(all[action])), all[action])
    check(
      `${user}: files with a masked column are refused`,
      /is masked.*Read it by SQL/.test(String(all['masked'])),
      all['masked'],
    )
    check(`${user}: gets no keys`, isRows(all['keys']), all['keys'])
  }
}

/** Iceberg's library, as Spark and others use it. */
function byJava(): void {
  const classPath = icebergJars()
  const found = Object.fromEntries(
    users.map((user) => {
      const args = [weir.endpoints.iceberg, `${user}:${user}-secret`, other]
      const output = execFileSync('java', ['-Xmx512m', '-cp', classPath, programPath('SignedFiles.java'), ...args], {
        encoding: 'utf8',
        env: { ...environment, ...wrongKeys },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const lines = output.split('\n').map((line) => line.split('\t') as [string, string])
      return [user, Object.fromEntries(lines)] as const
    }),
  )
  const { ana, etl, bob } = found as Record<string, Readonly<Record<string, string>>>
  const expect = (user: string, all: Readonly<Record<string, string>>, action: string, expected: RegExp) =>
    check(`${user}: ${action}`, expected.test(all[action] ?? ''), all[action])
  const refused = /^refused ForbiddenException: .*WEIR-7015/
  for (const action of ['masked', 'load']) expect('bob', bob!, action, refused)
  for (const [user, all] of [
    ['ana', ana!],
    ['etl', etl!],
  ] as const) {
    expect(user, all, 'load', /^done no keys$/)
    expect(user, all, 'read', /^done [1-9]/)
    expect(user, all, 'list', /^done [1-9]/)
    expect(user, all, 'delete many', /^refused BulkDeletionFailure/)
    for (const action of ['masked', "list what is Weir's", 'delete', 'read a file of another table'])
      expect(user, all, action, refused)
    expect(user, all, 'commit a file of another table', refused)
  }
  for (const action of ['write', 'write in parts', 'overwrite', 'commit', 'make']) expect('ana', ana!, action, refused)
  expect('etl', etl!, 'write', /^done 1048576$/)
  expect('etl', etl!, 'write in parts', /^done 41943040$/)
  expect('etl', etl!, 'read a piece', /^done 1048576$/)
  expect('etl', etl!, 'overwrite', /^refused S3Exception: .*pre-?condition.*412/i)
  expect('etl', etl!, 'still there', /^done 1048576$/)
  expect('etl', etl!, 'commit', /^done/)
  expect('etl', etl!, 'make', /^done 1048576$/)
}

/** One session of a user who reads one table, writes another and makes some. */
async function bySpark(): Promise<void> {
  const { python, env } = withS3Files(pySpark())
  const found = answerOf(python, 'policies-s3-spark.py', [weir.endpoints.iceberg, 'sam:sam-secret'], {
    ...env,
    AWS_REGION: region,
  })
  const expected: Readonly<Record<string, readonly number[]>> = {
    read: [1, 2],
    append: [1, 2, 3, 4],
    delete: [2, 3, 4],
    'by position': [3, 4],
    update: [4, 30],
    merge: [1, 2, 4, 30],
    'metadata tables': [0, 1],
    make: [1, 2],
    'make again': [11, 12],
    'drop what it made': [],
  }
  for (const [action, rows] of Object.entries(expected))
    check(`sam: ${action}`, isRows(found[action], ...rows), found[action])
  const others = Object.keys(found).filter((action) => expected[action] === undefined)
  check('sam: all was tried', others.length === 11, others)
  for (const action of others)
    check(
      `sam: ${action} is refused`,
      /^refused: [^]*(ForbiddenException|WEIR-7015|not authorized)/i.test(String(found[action])),
      found[action],
    )
  const count = 'select (select count(*) from orders)::int o, (select count(*) from closed)::int c'
  const left = await bySql(count)
  check('what was refused changed nothing', JSON.stringify(left) === '[{"o":2,"c":1}]', left)
  const rows = await bySql('select id::int as id from visits order by id')
  check('SQL reads what Spark left', JSON.stringify(rows) === '[{"id":1},{"id":2},{"id":4},{"id":30}]', rows)
}

const chosen = process.argv.slice(2)
if (chosen.length === 0 || chosen.some((name) => by[name] === undefined))
  throw new Error(`name clients: ${Object.keys(by).join(', ')}`)
for (const name of chosen) await by[name]!()
if (failed > 0) process.exitCode = 1
