import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runSql } from '../../src/cli/sql-session.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { processesIn } from '../fault/process-tree.ts'
import { repository, restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { filesIn } from '../support/files-in.ts'
import { makeCertificate, oids } from '../support/certificates.ts'
import { waitUntil } from '../support/wait-until.ts'

const password = 'correct horse battery staple'
const authority = makeCertificate({ subject: [[[oids.CN, 'authority']]] })

const withAdmin = `users: { admin },
    authorization: { superUsers: ['admin'] },`

const project = (
  main: string,
  more = withAdmin,
): string => `import { defineProject, delivery, secret, stream, table } from 'weir-data'
const admin = secret('admin', { fromFile: 'admin.txt' })
const events = stream('events', { partitions: 2, value: 'json' })
const rows = table('rows', { columns: { id: 'long' } })
export default defineProject({
  name: 'secured',
  resources: [events, rows, delivery('load', { from: events, to: rows })],
  streams: {
    listeners: { main: ${main} },
    ${more}
  },
})
`
const secured = `{ tls: { certificate: 'server.pem', key: 'server.key' }, sasl: ['SCRAM-SHA-512', 'PLAIN'], sessionLifetime: '1 hour' }`

async function securedWeir(main = secured, more = withAdmin): Promise<RestartableWeir> {
  const weir = await restartableWeir('secured', { project: project(main, more) })
  layDown(weir.folder)
  return weir
}

/** The files that the project names. */
function layDown(folder: string): void {
  const server = makeCertificate({ subject: [[[oids.CN, 'server']]], by: authority, addresses: ['127.0.0.1'] })
  writeFileSync(join(folder, 'server.pem'), server.cert)
  writeFileSync(join(folder, 'server.key'), server.key)
  writeFileSync(join(folder, 'admin.txt'), `${password}\n`)
}

function setUser(folder: string, name: string, secret: string): void {
  const words = [join(repository, 'src/cli/main.ts'), 'user', 'set', name, '--dir', folder]
  const { status, stderr } = spawnSync(process.execPath, words, { input: `${secret}\n` })
  assert.equal(status, 0, String(stderr))
}

void test(
  "a project with TLS, users and ACLs: its clients log in, Weir's own parts go on without, and no secret is written (INV-S4, INV-S7)",
  { timeout: 120_000 },
  async () => {
    await using weir = await securedWeir()
    await weir.start()
    const bootstrap = `127.0.0.1:${weir.ports.kafka}`
    const open = (user: string, secret: string, mechanism: 'PLAIN' | 'SCRAM-SHA-512' = 'SCRAM-SHA-512') =>
      connectKafka({
        bootstrap,
        deadlineMs: 5000,
        tls: { ca: authority.cert },
        login: { mechanism, user, password: secret },
      })
    await assert.rejects(connectKafka({ bootstrap, deadlineMs: 500 }), { code: 'WEIR-3102' })
    setUser(weir.folder, 'ada', 'pw of ada')
    const ada = await open('ada', 'pw of ada', 'PLAIN')
    assert.deepEqual(await ada.topics.describe(), [])
    const allowed = await weir.command(
      ...['stream', 'acls', '--add', '--allow-principal', 'User:ada', '--operation', 'write', '--stream', 'events'],
    )
    assert.equal(allowed.code, 0, allowed.stderr)
    const producer = await ada.createProducer({ topic: 'events' })
    for (let id = 1; id <= 100; id++) await producer.send({ value: JSON.stringify({ id }) })
    await producer.close()
    await ada.close()
    const admin = await open('admin', password)
    assert.equal((await admin.acls.list()).length, 1)
    await admin.close()
    const sql = `postgres://weir@127.0.0.1:${weir.ports.postgres}/weir`
    await waitUntil('all are delivered', async () => {
      const { rows } = await runSql(sql, 'select count(*) from rows')
      return JSON.stringify(rows) === '[["100"]]'
    })
    const audit = await fetch(`http://127.0.0.1:${weir.ports.http}/api/v1/audit?limit=1000`).then((answer) =>
      answer.text(),
    )
    const rows = (JSON.parse(audit) as { items: { kind: string; name: string; actor: string }[] }).items
    assert.deepEqual(
      rows.filter(({ kind }) => kind === 'acl' || kind === 'user').map(({ kind, name, actor }) => [kind, name, actor]),
      [
        ['acl', 'topic:events', 'Weir:internal'],
        ['user', 'ada', 'Weir:internal'],
        ['user', 'ada', 'Weir:internal'],
      ],
    )
    await weir.stop()
    const data = filesIn(join(weir.folder, '.weir'))
    for (const secret of [password, 'pw of ada'])
      assert.deepEqual(
        data.filter(({ bytes }) => bytes.includes(secret)).map(({ path }) => path),
        [],
      )
    // ACLs and users are there again, those of the project too.
    await weir.start()
    const again = await open('ada', 'pw of ada')
    assert.deepEqual(
      (await again.topics.describe()).map(({ name }) => name),
      ['events'],
    )
    await again.close()
  },
)

for (const [title, main, message] of [
  ['no login', `{ host: '0.0.0.0' }`, /listener "main" on 0\.0\.0\.0 .*takes authentication: set sasl/],
  [
    'optional certificates only',
    `{ host: '0.0.0.0', tls: { certificate: 'server.pem', key: 'server.key', clientCertificates: 'optional', clientAuthorities: 'server.pem' } }`,
    /takes authentication/,
  ],
  [
    'passwords in the clear',
    `{ host: '0.0.0.0', sasl: ['PLAIN'] }`,
    /PLAIN would send passwords in the clear: give it tls/,
  ],
] as const)
  void test(`a port that others reach is refused with ${title}, before anything starts`, async () => {
    // Nothing but the port is wrong: users that no listener asks are refused before.
    await using weir = await securedWeir(main, '')
    const { code, stderr } = await weir.command('up')
    assert.notEqual(code, 0)
    assert.match(stderr, message)
    assert.match(stderr, /WEIR-2008/)
  })

void test('a listener without its certificate says which file it lacks', { timeout: 60_000 }, async () => {
  await using weir = await securedWeir(
    `{ tls: { certificate: 'gone.pem', key: 'server.key' }, sasl: ['SCRAM-SHA-512'] }`,
  )
  const { code, stderr } = await weir.command('up')
  assert.notEqual(code, 0)
  assert.match(stderr, /gone\.pem/)
})

const encrypted = (encryption: string): string => `import { defineProject, secret, stream } from 'weir-data'
const key = secret('key', { fromFile: 'key.txt' })
const old = secret('old', { fromFile: 'old.txt' })
export default defineProject({ name: 'hidden', resources: [stream('events')], streams: { encryption: ${encryption} } })
`

void test(
  'a project whose log is encrypted: the key is read from its secret, changed for another, and missed by name',
  { timeout: 120_000 },
  async () => {
    await using weir = await restartableWeir('hidden', { project: encrypted('{ key }') })
    const newKey = (): string => randomBytes(32).toString('base64')
    const first = newKey()
    writeFileSync(join(weir.folder, 'key.txt'), first)
    writeFileSync(join(weir.folder, 'old.txt'), first)
    await weir.start()
    const produced = spawnSync(
      process.execPath,
      [join(repository, 'src/cli/main.ts'), 'produce', 'events', '--dir', weir.folder],
      { input: '{"word":"nobody may read this"}\n' },
    )
    assert.equal(produced.status, 0, String(produced.stderr))
    await weir.stop()
    const log = filesIn(join(weir.folder, '.weir/log'))
    assert.deepEqual(
      log.filter(({ bytes }) => bytes.includes('nobody may read') || bytes.includes('events')).map(({ path }) => path),
      [],
    )
    assert.ok(!filesIn(join(weir.folder, '.weir')).some(({ bytes }) => bytes.includes(first)))
    // Another key alone opens nothing; with the old one beside it it does, and then without.
    writeFileSync(join(weir.folder, 'key.txt'), newKey())
    const refused = await weir.command('up')
    assert.notEqual(refused.code, 0)
    assert.match(refused.stderr, /the log is encrypted, and key-[0-9a-f]{12} is needed/)
    writeFileSync(join(weir.folder, 'weir.config.ts'), encrypted('{ key, oldKeys: [old] }'))
    await weir.start()
    await weir.stop()
    writeFileSync(join(weir.folder, 'weir.config.ts'), encrypted('{ key }'))
    await weir.start()
    const read = await weir.command('tail', 'events', '--from', 'start', '-n', '1')
    assert.equal(read.stdout.trim(), '{"word":"nobody may read this"}')
    await weir.stop()
    // Nobody waits for a file that is not there.
    rmSync(join(weir.folder, 'key.txt'))
    const keyless = await weir.command('up')
    assert.notEqual(keyless.code, 0)
    assert.match(keyless.stderr, /key\.txt cannot be read \(ENOENT\)\. Write the secret there/)
  },
)

/** What each of those who may look is shown, by what they asked. */
async function shownBy(weir: RestartableWeir): Promise<ReadonlyMap<string, string>> {
  const shown = new Map<string, string>()
  for (const words of [
    ['get'],
    ['get', '--json'],
    ['status'],
    ['plan'],
    ['doctor'],
    ['logs', '-n', '1000'],
    ['user', 'list'],
    ['stream', 'acls'],
    ['stream', 'list'],
  ]) {
    const { code, stdout, stderr } = await weir.command(...words)
    assert.ok(code === 0 || words[0] === 'doctor', `weir ${words.join(' ')}: ${stderr}`)
    shown.set(`weir ${words.join(' ')}`, stdout + stderr)
  }
  const paths = ['resources', 'status', 'audit?limit=1000', 'streams', 'kinds', 'ledger'].map(
    (name) => `/api/v1/${name}`,
  )
  for (const path of [...paths, '/metrics']) {
    const answer = await fetch(`http://127.0.0.1:${weir.ports.http}${path}`)
    assert.equal(answer.status, 200, path)
    shown.set(path, await answer.text())
  }
  const running = processesIn(weir.folder)
  assert.ok(running.length >= 2)
  for (const pid of running) shown.set(`the command line of ${pid}`, readFileSync(`/proc/${pid}/cmdline`, 'latin1'))
  return shown
}

void test(
  'no password, proof or key is shown by a command, an answer, a log line or a command line, also after wrong ones (INV-S4)',
  { timeout: 300_000 },
  async () => {
    const withKey = project(secured)
      .replace('const events', "const key = secret('key', { fromFile: 'key.txt' })\nconst events")
      .replace('users:', 'encryption: { key },\n    users:')
    await using weir = await restartableWeir('secrets', { project: withKey })
    const key = randomBytes(32)
    layDown(weir.folder)
    writeFileSync(join(weir.folder, 'key.txt'), key.toString('hex'))
    await weir.start()
    setUser(weir.folder, 'ada', 'pw of ada')
    const attempts = [
      ['ada', 'guess of ada'],
      ['eve', 'guess of eve'],
    ] as const
    for (const [user, wrong] of attempts)
      for (const mechanism of ['PLAIN', 'SCRAM-SHA-512'] as const) {
        const bootstrap = `127.0.0.1:${weir.ports.kafka}`
        const login = { mechanism, user, password: wrong }
        await assert.rejects(connectKafka({ bootstrap, tls: { ca: authority.cert }, login }), { code: 'WEIR-3106' })
      }
    const privateKey = readFileSync(join(weir.folder, 'server.key'), 'utf8').split('\n')[1]!
    const secrets = [password, 'pw of ada', 'guess of', key.toString('hex'), key.toString('base64'), privateKey]
    for (const [asked, text] of await shownBy(weir))
      for (const secret of secrets) assert.ok(!text.includes(secret), `${asked} shows ${secret}`)
    const logs = await weir.command('logs', '-n', '1000')
    assert.match(logs.stdout + logs.stderr, /a Kafka client failed to log in/)
    await weir.stop()
    // A key that is none, and one that does not fit: the message names what was read, not what it says.
    for (const wrong of [`${key.toString('hex')}00`, randomBytes(32).toString('hex'), 'no key at all']) {
      writeFileSync(join(weir.folder, 'key.txt'), wrong)
      const { code, stdout, stderr } = await weir.command('up')
      assert.notEqual(code, 0)
      assert.match(stderr, /WEIR-\d{4}/)
      assert.ok(!(stdout + stderr).includes(wrong), stderr)
    }
    writeFileSync(join(weir.folder, 'server.key'), `-----BEGIN PRIVATE KEY-----\n${privateKey}\n`)
    writeFileSync(join(weir.folder, 'key.txt'), key.toString('hex'))
    const { code, stdout, stderr } = await weir.command('up')
    assert.notEqual(code, 0)
    assert.match(stderr, /server\.key/)
    for (const secret of secrets) assert.ok(!(stdout + stderr).includes(secret), stderr)
    for (const { path, bytes } of filesIn(join(weir.folder, '.weir')))
      for (const secret of secrets) assert.ok(!bytes.includes(secret), `${path} has ${secret}`)
  },
)
