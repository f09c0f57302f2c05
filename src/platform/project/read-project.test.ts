import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Project } from './project.ts'
import { readProject, resolveOwnPackage } from './read-project.ts'

resolveOwnPackage()

const head = `import { defineProject, delivery, secret, stream, table, view } from 'weir-data'\n`

void test('a project is loaded as it is declared, references by name', async () => {
  const project = await read(`${head}
const a = stream('a')
const t = table('t', { columns: { id: 'long', n: { type: 'DECIMAL( 9,2 )', doc: 'x' } }, partitionBy: ['truncate(id, 10)', 'bucket(id, 16)'] })
const d = delivery('d', { from: a, to: t, flush: { age: '5 s' }, tags: { team: 'x' } })
export default defineProject({ name: 'p', resources: [a, t, d], ports: { http: 0 }, diskBudget: '10 GB', offsetsRetention: '2 days', memory: { engine: '2 GB' },
  environments: { production: { streams: { bootstrap: ['k:9092'] }, ports: { kafka: 9092 } } } })`)
  assert.deepEqual(
    project.resources.map(({ kind, name, at }) => [kind, name, placeOf(at)]),
    [
      ['stream', 'a', 'weir.config.ts:3:11'],
      ['table', 't', 'weir.config.ts:4:11'],
      ['delivery', 'd', 'weir.config.ts:5:11'],
    ],
  )
  assert.deepEqual(project.resources[2]?.spec, {
    from: 'a',
    to: 't',
    onNewField: 'reject',
    copyOnWriteBelow: '16 MB',
    flush: { size: '64 MB', age: '5 s' },
    workers: 1,
  })
  assert.equal((project.resources[1]!.spec as { columns: { n: { type: string } } }).columns.n.type, 'decimal(9, 2)')
  assert.deepEqual(project.settings, {
    ports: { http: 0 },
    memory: { engineBytes: 2_000_000_000 },
    offsetsRetentionMs: 172_800_000,
    buckets: [],
    diskBudgetBytes: 10_000_000_000,
  })
})

void test('an environment changes settings and nothing else', async () => {
  const text = `${head}export default defineProject({ name: 'p', resources: [], ports: { http: 1 },
    environments: { production: { metadata: 'postgres://db/weir', ports: { kafka: 2 } } } })`
  const { settings, environment } = await read(text, 'production')
  assert.deepEqual(
    [environment, settings.metadata, settings.ports],
    ['production', 'postgres://db/weir', { http: 1, kafka: 2 }],
  )
  const kept = `${head}export default defineProject({ name: 'p', resources: [], autoCreateTopics: false, defaultPartitions: 9,
    environments: { production: {} } })`
  const { autoCreateTopics, defaultPartitions } = (await read(kept, 'production')).settings
  assert.deepEqual([autoCreateTopics, defaultPartitions], [false, 9])
  await assert.rejects(read(text, 'prodution'), { code: 'WEIR-1009', message: /Did you mean production/ })
})

void test('the project says what Iceberg clients are told to set, but not what is for Weir to say', async () => {
  const text = (settings: string) =>
    `${head}export default defineProject({ name: 'p', resources: [], catalog: { overrides: { ${settings} } } })`
  const { settings } = await read(text(`'io-impl': 'x'`))
  assert.deepEqual(settings.catalog, { defaults: {}, overrides: { 'io-impl': 'x' } })
  await assert.rejects(read(text(`prefix: 'x'`)), (error: Error) => {
    assert.match(error.message, /catalog\.overrides.*namespace-separator, prefix, uri, token cannot be set here/s)
    return true
  })
})

void test('another Kafka is chosen with the environment, and its password stays where it is', async () => {
  const text = `${head}export default defineProject({ name: 'p', resources: [], streams: { listeners: { a: {} } },
    environments: { production: { streams: { bootstrap: ['kafka-1:9093', '[::1]:9093'], tls: { authorities: 'ca.pem' },
      sasl: { user: 'weir', password: secret('kafka', { fromEnv: 'KAFKA_PASSWORD' }) } } } } })`
  const { settings } = await read(text, 'production')
  assert.deepEqual(settings.streams, {
    bootstrap: ['kafka-1:9093', '[::1]:9093'],
    tls: { authorities: { fromFile: 'ca.pem' } },
    sasl: { mechanism: 'SCRAM-SHA-512', user: 'weir', password: { fromEnv: 'KAFKA_PASSWORD' } },
  })
  assert.equal((await read(text)).settings.streams?.bootstrap, undefined)
})

void test('a bucket is chosen with the environment, and its keys stay where they are', async () => {
  const text = `${head}export default defineProject({ name: 'p', resources: [], objects: 's3://lake/dev/',
    environments: { production: { objects: { location: 's3://lake/prod', endpoint: 'http://s3:9000', accessKeyId: 'weir',
      secretAccessKey: secret('key', { fromEnv: 'S3_KEY' }), cache: { size: '2 GB' } } } } })`
  assert.deepEqual((await read(text, 'production')).settings.objects, {
    location: 's3://lake/prod',
    endpoint: 'http://s3:9000',
    pathStyle: true,
    keys: { accessKeyId: 'weir', secretAccessKey: { fromEnv: 'S3_KEY' } },
    cacheBytes: 2e9,
  })
  assert.deepEqual((await read(text)).settings.objects, { location: 's3://lake/dev', pathStyle: false })
})

void test('another catalog is chosen with the environment, and what only the own one does is refused beside it', async () => {
  const text = (more: string) => `${head}export default defineProject({ name: 'p', resources: [], ${more}
    environments: { production: { tables: { catalog: 'http://catalog:8181', warehouse: 'w', token: secret('t', { fromEnv: 'T' }) } } } })`
  const { settings } = await read(text(''), 'production')
  assert.deepEqual(settings.tables, { catalog: 'http://catalog:8181', warehouse: 'w', token: { fromEnv: 'T' } })
  assert.equal((await read(text(''))).settings.tables, undefined)
  const beside = `catalog: { defaults: { 'io-impl': 'x' } },`
  await assert.rejects(read(text(beside), 'production'), { code: 'WEIR-1013', message: /catalog is what Weir's own/ })
})

for (const [what, objects, message] of [
  ['a location that is none', `'lake/x'`, /objects is "lake\/x": write it like s3:\/\/bucket\/prefix/],
  ['half of a key', `{ location: 's3://lake/x', accessKeyId: 'a' }`, /belong together/],
  [
    'a key in the open',
    `{ location: 's3://lake/x', accessKeyId: 'a', secretAccessKey: 'b' }`,
    /never the value itself/,
  ],
  ['an unknown option', `{ location: 's3://lake/x', endpont: 'http://s3' }`, /Did you mean endpoint/],
  ['a cache that holds nothing', `{ location: 's3://lake/x', cache: { size: '1 MB' } }`, /at least 100 MB/],
] as const)
  void test(`objects with ${what} are refused`, () =>
    assert.rejects(
      read(`${head}export default defineProject({ name: 'p', resources: [], objects: ${objects} } as never)`),
      { message },
    ))

void test('another engine answers SQL where an environment says so, and secrets are named only', async () => {
  const text = (sql: string) =>
    `${head}export default defineProject({ name: 'p', resources: [], environments: { production: { sql: ${sql} } } } as never)`
  const { settings } = await read(
    text(
      `{ trino: 'https://trino:8443', user: 'ann', password: secret('trino', { fromEnv: 'TRINO' }), catalog: 'lake' }`,
    ),
    'production',
  )
  assert.deepEqual(settings.sql, {
    trino: 'https://trino:8443',
    user: 'ann',
    password: { fromEnv: 'TRINO' },
    catalog: 'lake',
    schema: 'public',
  })
  for (const [sql, message] of [
    [`{ trino: 'trino:8080' }`, /write it like https:\/\/trino/],
    [`{ trino: 'http://trino:8080', token: secret('t', { fromEnv: 'T' }) }`, /by https:\/\/ only/],
    [
      `{ trino: 'https://t', token: secret('t', { fromEnv: 'T' }), password: secret('t', { fromEnv: 'T' }) }`,
      /exclude each other/,
    ],
    [`{ trino: 'https://t', password: 'open' }`, /never the value itself/],
    [`{ spark: 'http://t' }`, /spark/],
    [`{ trino: 'http://t', catalogue: 'x' }`, /Did you mean catalog/],
  ] as const)
    await assert.rejects(read(text(sql), 'production'), { message }, sql)
  const local = text(`{ trino: 'http://127.0.0.1:8080', token: secret('t', { fromEnv: 'T' }) }`)
  assert.equal((await read(local, 'production')).settings.sql?.catalog, 'weir')
})

const mistakes: readonly (readonly [title: string, code: string, at: string, message: RegExp, text: string])[] = [
  [
    'an unknown option',
    'WEIR-1004',
    'weir.config.ts:4:3',
    /stream "a".*"retenton".*Did you mean retention/,
    `stream('a', {\n  partitions: 1,\n  retenton: '1 day',\n})`,
  ],
  [
    'an unknown nested option',
    'WEIR-1004',
    'weir.config.ts:2:63',
    /in flush.*Did you mean age/,
    `delivery('d', { from: stream('a'), to: 't' as never, flush: { agee: '5 s' } })`,
  ],
  [
    'an option of the wrong type',
    'WEIR-1003',
    'weir.config.ts:2:15',
    /stream "a": partitions is "4"/,
    `stream('a', { partitions: '4' as never })`,
  ],
  [
    'a wrong duration',
    'WEIR-1003',
    'weir.config.ts:2:15',
    /"7 dayz" is not a duration/,
    `stream('a', { retention: '7 dayz' })`,
  ],
  [
    'a budget that leaves no memory',
    'WEIR-1003',
    'weir.config.ts:2:68',
    /memory.engine is "100 MB": it must be at least 512 MB/,
    `export default defineProject({ name: 'p', resources: [], memory: { engine: '100 MB' } })`,
  ],
  [
    'another Kafka with listeners of the own log',
    'WEIR-1003',
    'weir.config.ts:2:69',
    /streams.bootstrap is .*another Kafka has listeners, users, authorization and encryption of its own/,
    `export default defineProject({ name: 'p', resources: [], streams: { bootstrap: ['k:9092'], users: {} } })`,
  ],
  [
    'an address of no broker',
    'WEIR-1003',
    'weir.config.ts:2:69',
    /write it like kafka-1:9092/,
    `export default defineProject({ name: 'p', resources: [], streams: { bootstrap: ['kafka'] } })`,
  ],
  [
    'a login without another Kafka',
    'WEIR-1003',
    'weir.config.ts:2:69',
    /it says how to log in to another Kafka, so it takes bootstrap/,
    `export default defineProject({ name: 'p', resources: [], streams: { sasl: { user: 'a', password: secret('s', { fromEnv: 'S' }) } } })`,
  ],
  [
    'a password in the clear',
    'WEIR-1003',
    'weir.config.ts:2:92',
    /PLAIN sends the password as it is: beyond loopback it takes tls/,
    `export default defineProject({ name: 'p', resources: [], streams: { bootstrap: ['k:9092'], sasl: { mechanism: 'PLAIN', user: 'a', password: secret('s', { fromEnv: 'S' }) } } })`,
  ],
  [
    'a password in the project',
    'WEIR-1003',
    'weir.config.ts:2:111',
    /streams\.sasl\.password: it takes secret\('name'/,
    `export default defineProject({ name: 'p', resources: [], streams: { bootstrap: ['k:9092'], sasl: { user: 'a', password: 'word' } } } as never)`,
  ],
  [
    'a wrong type of a column',
    'WEIR-1012',
    'weir.config.ts:2:25',
    /^table "o": unknown type "decmal\(12,2\)" of column "amount". Did you mean decimal\(12,2\)/,
    `table('o', { columns: { amount: 'decmal(12,2)' } })`,
  ],
  [
    "a column's type by SQL's name",
    'WEIR-1012',
    'weir.config.ts:2:25',
    /unknown type "bigint" of column "id". Did you mean long/,
    `table('o', { columns: { id: 'bigint' } })`,
  ],
  [
    "an unknown option in a column's long form",
    'WEIR-1004',
    'weir.config.ts:2:31',
    /there is no option "typ" in columns.id. Did you mean type/,
    `table('o', { columns: { id: { typ: 'long' } as never } })`,
  ],
  [
    'a number where an option has two forms',
    'WEIR-1003',
    'weir.config.ts:2:15',
    /retention is 7: .*a duration as text, such as "7 days"/,
    `stream('a', { retention: 7 as never })`,
  ],
  [
    'a flush that would never wait',
    'WEIR-1003',
    'weir.config.ts:2:63',
    /flush.size is "0 MB": it must be at least 1 MB/,
    `delivery('d', { from: stream('a'), to: 't' as never, flush: { size: '0 MB' } })`,
  ],
  [
    "a namespace of SQL's own",
    'WEIR-1003',
    'weir.config.ts:2:14',
    /namespace is "pg_catalog": SQL keeps/,
    `table('o', { namespace: 'pg_catalog', columns: { a: 'int' } })`,
  ],
  [
    'a reserved column',
    'WEIR-1003',
    'weir.config.ts:2:26',
    /columns._offset is "long": names that begin with _ are Weir's/,
    `table('o', { columns: {  _offset: 'long' } })`,
  ],
  [
    'a partition of no column',
    'WEIR-1003',
    'weir.config.ts:2:39',
    /there is no column ats; did you mean at/,
    `table('o', { columns: { at: 'date' }, partitionBy: ['day(ats)'] })`,
  ],
  [
    'a transform that does not fit',
    'WEIR-1003',
    'weir.config.ts:2:39',
    /day cannot be applied to at, which is long/,
    `table('o', { columns: { at: 'long' }, partitionBy: ['day(at)'] })`,
  ],
  [
    'buckets without their number',
    'WEIR-1003',
    'weir.config.ts:2:39',
    /bucket takes a number of buckets of 1 to 2147483647: bucket\(id, 16\)/,
    `table('o', { columns: { id: 'long' }, partitionBy: ['bucket(id)'] })`,
  ],
  [
    'buckets of what is not hashed',
    'WEIR-1003',
    'weir.config.ts:2:40',
    /bucket cannot be applied to x, which is double/,
    `table('o', { columns: { x: 'double' }, partitionBy: ['bucket(x, 16)'] })`,
  ],
  [
    'a number that the transform does not take',
    'WEIR-1003',
    'weir.config.ts:2:39',
    /day takes no number: day\(at\)/,
    `table('o', { columns: { at: 'date' }, partitionBy: ['day(at, 7)'] })`,
  ],
  ['a name that cannot be', 'WEIR-1008', 'weir.config.ts:2:1', /the name "a b"/, `stream('a b')`],
  [
    'a reference of another kind',
    'WEIR-1005',
    'weir.config.ts:2:1',
    /from takes a stream, not the table "t"/,
    `delivery('d', { from: table('t', { columns: { a: 'int' } }) as never, to: 1 as never })`,
  ],
  [
    'a secret with two sources',
    'WEIR-1003',
    'weir.config.ts:2:1',
    /either fromEnv or fromFile/,
    `secret('s', { fromEnv: 'A', fromFile: 'b' } as never)`,
  ],
  [
    'a resource declared twice',
    'WEIR-1006',
    'weir.config.ts:2:68',
    /stream "a" is declared twice, also at .*weir.config.ts:2:55/,
    `export default defineProject({ name: 'p', resources: [stream('a'), stream('a')] })`,
  ],
  [
    'a column with NUL in its name',
    'WEIR-1003',
    'weir.config.ts:2:14',
    /the name of a column cannot hold the character NUL/,
    String.raw`table('t', { columns: { 'a\0b': 'int' } })`,
  ],
  [
    'an unknown option of the project',
    'WEIR-1004',
    'weir.config.ts:2:32',
    /Did you mean resources/,
    `export default defineProject({ resource: [], name: 'p' } as never)`,
  ],
  [
    'an export that there is not',
    'WEIR-1002',
    'weir.config.ts:2:1',
    /export named 'streem'. Did you mean stream\?/,
    `import { streem } from 'weir-data'`,
  ],
  ['something that throws', 'WEIR-1002', 'weir.config.ts:2:7', /no luck/, `throw new Error('no luck')`],
  [
    'an enum',
    'WEIR-1002',
    'weir.config.ts:2:1',
    /enum/,
    `enum A { b }\nexport default defineProject({ name: 'p', resources: [] })`,
  ],
  ['a module that is not there', 'WEIR-1002', '', /npm install/, `import 'no-such-module'`],
  ['an export of something else', 'WEIR-1007', '', /does not export a project/, `export default {}`],
]

for (const [title, code, at, message, text] of mistakes)
  void test(`${title} is named with its place`, async () => {
    await assert.rejects(read(head + text), (error: { code: string; message: string; at?: string }) => {
      assert.match(error.message, message)
      assert.equal(error.code, code)
      if (at !== '') assert.equal(placeOf(error.at), at)
      return true
    })
  })

/** As weir.config.ts of a folder of its own. */
async function read(text: string, environment: string | null = null): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-project-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(join(folder, 'weir.config.ts'), text)
    const answer = await readProject(join(folder, 'weir.config.ts'), environment)
    if ('project' in answer) return answer.project
    throw Object.assign(new Error(answer.error.message), answer.error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Without the folder, which is another one each time. */
function placeOf(at: string | undefined): string | undefined {
  return at?.replace(/^.*\//, '')
}
