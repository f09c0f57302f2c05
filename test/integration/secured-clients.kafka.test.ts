import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { pythonWith } from '../../tools/conformance/fetched.ts'
import { kit } from '../../tools/conformance/kit.ts'
import { runBroker } from '../support/running-broker.ts'
import { securedAuthority, securedListener } from '../support/secured-listener.ts'

const mechanisms = securedListener.sasl!.mechanisms
const password = 'correct horse'
const stepMs = 120_000
/** So long that a client which does not log in again would be cut off. */
const sessionMs = 2000

const folder = mkdtempSync(join(tmpdir(), 'weir-secured-'))
const ca = join(folder, 'ca.pem')
writeFileSync(ca, securedAuthority)

const log = await runBroker({
  config: {
    listeners: [securedListener, { ...securedListener, name: 'short', sasl: { mechanisms, sessionMs } }],
    security: {
      users: { admin: password },
      authorization: { superUsers: ['User:admin'], allowEveryoneIfNoAcl: false },
    },
    limits: { failedLoginDelayMs: 10 },
  },
})
const [secured, short] = log.ports.map((port) => `127.0.0.1:${port}`) as [string, string]
test.after(async () => {
  await log[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

/** What it said; some tools say on their standard output why they failed. */
async function run(command: string, ...words: readonly string[]): Promise<string> {
  const running = promisify(execFile)(command, words, { timeout: stepMs, maxBuffer: 1 << 26 })
  const { stdout, stderr } = await running.catch((error: Error & { readonly stdout: string }) => {
    throw new Error(`${error.message}\n${error.stdout}`, { cause: error })
  })
  return stdout + stderr
}

/** A file of client settings for Java's tools. */
function clientOf(user: string, secret: string, mechanism = 'SCRAM-SHA-512'): string {
  const login = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
  const file = join(folder, `${user}-${mechanism}.properties`)
  const lines = [
    'security.protocol=SASL_SSL',
    `sasl.mechanism=${mechanism}`,
    `sasl.jaas.config=org.apache.kafka.common.security.${login} required username="${user}" password="${secret}";`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${ca}`,
    'request.timeout.ms=20000',
    'default.api.timeout.ms=20000',
    'max.block.ms=20000',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

const admin = clientOf('admin', password)
const java = (tool: string, ...words: readonly string[]) => run(join(kit, 'kafka/java.sh'), tool, ...words)
const tool = (name: string, ...words: readonly string[]) =>
  java(name, '--bootstrap-server', secured, '--command-config', admin, ...words)

const open = (user: string, secret: string, mechanism: (typeof mechanisms)[number] = 'SCRAM-SHA-256') =>
  connectKafka({
    bootstrap: secured,
    deadlineMs: 10_000,
    tls: { ca: securedAuthority },
    login: { mechanism, user, password: secret },
  })

void test('kafka-configs makes a user, shows it, and takes one of its mechanisms away', async () => {
  const bob = ['--entity-type', 'users', '--entity-name', 'bob'] as const
  // One at a time: like Kafka's controller, the log changes a user once in a request.
  await tool('configs', '--alter', ...bob, '--add-config', 'SCRAM-SHA-256=[iterations=8192,password=of bob]')
  await tool('configs', '--alter', ...bob, '--add-config', 'SCRAM-SHA-512=[password=of bob]')
  assert.match(
    await tool('configs', '--describe', ...bob),
    /SCRAM-SHA-256=iterations=8192.*SCRAM-SHA-512=iterations=4096/,
  )
  await (await open('bob', 'of bob')).close()
  await tool('configs', '--alter', ...bob, '--delete-config', 'SCRAM-SHA-256')
  await assert.rejects(open('bob', 'of bob'), { code: 'WEIR-3106' })
  await (await open('bob', 'of bob', 'SCRAM-SHA-512')).close()
})

void test('kafka-configs sets quotas of a user, a client, both and the defaults, shows them and takes one back', async () => {
  const alter = (...words: readonly string[]) => tool('configs', '--alter', ...words)
  const user = ['--entity-type', 'users', '--entity-name', 'bob'] as const
  const client = ['--entity-type', 'clients', '--entity-name', 'app'] as const
  await alter(...user, '--add-config', 'producer_byte_rate=1000000,request_percentage=50')
  await alter(...user, ...client, '--add-config', 'consumer_byte_rate=2000000')
  await alter('--entity-type', 'users', '--entity-default', '--add-config', 'controller_mutation_rate=5')
  assert.match(
    await tool('configs', '--describe', ...user),
    /producer_byte_rate=1000000.*request_percentage=50|request_percentage=50.*producer_byte_rate=1000000/,
  )
  assert.match(await tool('configs', '--describe', ...user, ...client), /consumer_byte_rate=2000000/)
  assert.match(
    await tool('configs', '--describe', '--entity-type', 'users', '--entity-default'),
    /controller_mutation_rate=5/,
  )
  await alter(...user, '--delete-config', 'request_percentage')
  assert.doesNotMatch(await tool('configs', '--describe', ...user), /request_percentage/)
  await alter('--entity-type', 'users', '--entity-default', '--delete-config', 'controller_mutation_rate')
})

void test('kafka-acls gives rights, shows them and takes them back; they count for whoever logs in', async () => {
  await tool('topics', '--create', '--topic', 'orders', '--partitions', '2')
  await tool('topics', '--create', '--topic', 'secrets')
  const bob = clientOf('bob', 'of bob')
  const asBob = (name: string, ...words: readonly string[]) =>
    java(name, '--bootstrap-server', secured, '--command-config', bob, ...words)
  assert.doesNotMatch(await asBob('topics', '--list'), /orders|secrets/)
  await tool(
    'acls',
    '--add',
    '--allow-principal',
    'User:bob',
    '--producer',
    '--topic',
    'ord',
    '--resource-pattern-type',
    'prefixed',
  )
  assert.match(
    await tool('acls', '--list', '--principal', 'User:bob'),
    /patternType=PREFIXED[\s\S]*operation=WRITE, permissionType=ALLOW/,
  )
  assert.match(await asBob('topics', '--list'), /^orders$/m)
  const produced = await java(
    'verifiable-producer',
    '--bootstrap-server',
    secured,
    '--command-config',
    bob,
    '--topic',
    'orders',
    '--max-messages',
    '20',
    '--acks',
    '-1',
  )
  assert.equal([...produced.matchAll(/producer_send_success/g)].length, 20)
  await assert.rejects(asBob('topics', '--describe', '--topic', 'secrets'), /does not exist|[Aa]uthoriz/)
  await assert.rejects(asBob('acls', '--list'), /Cluster authorization failed|ClusterAuthorizationException/)
  await tool(
    'acls',
    '--remove',
    '--force',
    '--allow-principal',
    'User:bob',
    '--producer',
    '--topic',
    'ord',
    '--resource-pattern-type',
    'prefixed',
  )
  assert.doesNotMatch(await asBob('topics', '--list'), /orders/)
})

for (const mechanism of mechanisms)
  void test(`a Java client goes on by ${mechanism} over the end of its sessions (KIP-368)`, async () => {
    const client = clientOf('admin', password, mechanism)
    const records = 3 * (sessionMs / 1000) * 50
    const said = await java(
      'verifiable-producer',
      '--bootstrap-server',
      short,
      '--command-config',
      client,
      '--topic',
      'long',
      '--max-messages',
      String(records),
      '--throughput',
      '50',
      '--acks',
      '-1',
    )
    assert.equal([...said.matchAll(/producer_send_success/g)].length, records)
  })

for (const mechanism of mechanisms)
  void test(`kcat produces and consumes by ${mechanism} over TLS, and hears that a password is wrong`, async () => {
    const topic = `kcat-${mechanism}`
    const kcat = (secret: string, ...words: readonly string[]) =>
      run(
        'kcat',
        ...['-b', secured, '-X', 'security.protocol=SASL_SSL', '-X', `ssl.ca.location=${ca}`],
        ...[
          '-X',
          `sasl.mechanism=${mechanism}`,
          '-X',
          'sasl.username=admin',
          '-X',
          `sasl.password=${secret}`,
          ...words,
        ],
      )
    const values = join(folder, `${topic}.txt`)
    writeFileSync(values, 'one\ntwo\nthree\n')
    await kcat(password, '-P', '-t', topic, '-p', '0', '-X', 'acks=all', '-l', values)
    const said = await kcat(password, '-C', '-t', topic, '-p', '0', '-o', 'beginning', '-e', '-q', '-f', '%s\n')
    assert.equal(said, 'one\ntwo\nthree\n')
    await assert.rejects(kcat('wrong', '-L', '-m', '5'), /Authentication failed|SASL/)
  })

for (const client of ['kafka-python', 'confluent'])
  for (const mechanism of mechanisms)
    void test(`${client} produces and consumes by ${mechanism} over TLS, and a wrong password is refused`, async () => {
      const topic = `${client}-${mechanism}`
      const setUp = await open('admin', password)
      await setUp.topics.create([{ name: topic, partitions: 1 }])
      await setUp.close()
      const python = pythonWith('secured-clients', [
        'kafka-python==3.0.12',
        'confluent-kafka==2.16.1',
        'crc32c==2.9.post0',
      ])
      const program = join(import.meta.dirname, '../conformance/kafka/secured.py')
      const said = await run(python, program, client, secured, ca, mechanism, 'admin', password, topic)
      assert.match(said, /50 records/)
    })
