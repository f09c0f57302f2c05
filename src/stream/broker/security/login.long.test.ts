import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialBroker, lengthOf } from '../../../../test/support/dial-broker.ts'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import { connectKafka } from '../../client/connect.ts'
import type { KafkaLogin } from '../../client/login.ts'
import { createScramClient } from '../../client/scram-client.ts'
import { apiVersionsApi } from '../../protocol/apis/api-versions.ts'
import { metadataApi } from '../../protocol/apis/metadata.ts'
import { saslAuthenticateApi } from '../../protocol/apis/sasl-authenticate.ts'
import { saslHandshakeApi } from '../../protocol/apis/sasl-handshake.ts'
import type { BrokerConfig } from '../broker.ts'
import type { SaslMechanism } from './sasl/mechanism.ts'

const mechanisms: readonly SaslMechanism[] = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']

function withSasl(sessionMs?: number, limits: BrokerConfig['limits'] = {}): Partial<BrokerConfig> {
  const sasl = { mechanisms, ...(sessionMs === undefined ? {} : { sessionMs }) }
  return {
    listeners: [{ name: 'main', host: '127.0.0.1', port: 0, sasl }],
    security: { users: { ada: 'secret' } },
    limits: { failedLoginDelayMs: 1, ...limits },
  }
}

const plain = (user: string, password: string): Buffer => Buffer.from(`\0${user}\0${password}`)

void test('each mechanism lets in who knows the password, and nobody else; all wrong answers are alike (INV-S3)', async () => {
  await using log = await runBroker({ config: withSasl() })
  for (const mechanism of mechanisms as KafkaLogin['mechanism'][]) {
    const open = (user: string, password: string) =>
      connectKafka({ bootstrap: log.bootstrap, login: { mechanism, user, password } })
    const client = await open('ada', 'secret')
    assert.deepEqual(await client.topics.describe(), [])
    await client.close()
    const messages = await Promise.all(
      (['ada', 'eve'] as const).map((user) =>
        open(user, 'wrong').then(
          () => assert.fail('it was let in'),
          ({ code, message }: { code: string; message: string }) => {
            assert.equal(code, 'WEIR-3106')
            return message.replace(user, '')
          },
        ),
      ),
    )
    assert.equal(messages[0], messages[1])
  }
  await assert.rejects(connectKafka({ bootstrap: log.bootstrap, deadlineMs: 300 }))
})

void test('nothing is answered before a login but which versions there are, once (INV-S1)', async () => {
  await using log = await runBroker({ config: withSasl() })
  const early = await dialBroker(log)
  assert.equal(
    (await early.ask(apiVersionsApi, 3, { clientSoftwareName: 'x', clientSoftwareVersion: '1' })).errorCode,
    0,
  )
  await assert.rejects(early.ask(apiVersionsApi, 3, {}), /closed/)
  const wants = await dialBroker(log)
  await assert.rejects(wants.ask(metadataApi, 4, { topics: null }), /closed/)
  const token = await dialBroker(log)
  await assert.rejects(token.ask(saslAuthenticateApi, 1, { authBytes: plain('ada', 'secret') }), /closed/)
  const between = await dialBroker(log)
  await between.ask(saslHandshakeApi, 1, { mechanism: 'PLAIN' })
  await assert.rejects(between.ask(metadataApi, 4, { topics: null }), /closed/)
})

void test('a mechanism that there is not is answered with those that there are', async () => {
  await using log = await runBroker({ config: withSasl() })
  const client = await dialBroker(log)
  const answer = await client.ask(saslHandshakeApi, 1, { mechanism: 'GSSAPI' })
  assert.deepEqual([answer.errorCode, answer.mechanisms], [33, mechanisms])
  await client.closed
})

void test('a login fails once: then the connection is closed, and its answer says nothing', async () => {
  await using log = await runBroker({ config: withSasl() })
  const client = await dialBroker(log)
  await client.ask(saslHandshakeApi, 1, { mechanism: 'PLAIN' })
  const answer = await client.ask(saslAuthenticateApi, 2, { authBytes: plain('ada', 'wrong') })
  assert.deepEqual([answer.errorCode, answer.authBytes.length, answer.sessionLifetimeMs], [58, 0, 0])
  await client.closed
})

/** As clients do it, on a connection that stays; rejects when it is closed without an answer. */
async function tryToLogIn(log: RunningBroker, mechanism: SaslMechanism, password: string): Promise<void> {
  const client = await dialBroker(log)
  const send = (authBytes: Buffer) => client.ask(saslAuthenticateApi, 2, { authBytes })
  await client.ask(saslHandshakeApi, 1, { mechanism })
  if (mechanism === 'PLAIN') return void (await send(plain('ada', password)))
  const scram = createScramClient(mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512', 'ada', password)
  await send(await scram.prove((await send(scram.first)).authBytes))
}

for (const mechanism of mechanisms)
  void test(`of one address ten wrong passwords are heard at a time by ${mechanism}, however many connections try`, async () => {
    await using log = await runBroker({ config: withSasl(undefined, { failedLoginDelayMs: 60_000 }) })
    let unheard = 0
    const tries = Array.from({ length: 60 }, (_, at) => tryToLogIn(log, mechanism, `wrong ${at}`))
    for (const one of tries) one.catch(() => unheard++)
    await waitUntil('all others are closed', () => unheard === 50)
    const { values } = await log.broker.metrics.getSingleMetric('weir_log_logins_total')!.get()
    assert.deepEqual(values, [{ labels: { mechanism, outcome: 'failure' }, value: 10 }])
    await assert.rejects(tryToLogIn(log, mechanism, 'secret'), /closed/, 'the right one is not told apart')
  })

void test('tokens without a request around them, as old clients send them', async () => {
  await using log = await runBroker({ config: withSasl() })
  const client = await dialBroker(log)
  await client.ask(saslHandshakeApi, 0, { mechanism: 'PLAIN' })
  client.send(plain('ada', 'secret'))
  assert.equal((await client.frame()).length, 0)
  assert.equal((await client.ask(metadataApi, 4, { topics: null })).topics.length, 0)
  const wrong = await dialBroker(log)
  await wrong.ask(saslHandshakeApi, 0, { mechanism: 'PLAIN' })
  wrong.send(plain('ada', 'wrong'))
  await wrong.closed
})

void test('a session ends unless its user logs in again, by the same mechanism (KIP-368)', async () => {
  await using log = await runBroker({ config: withSasl(150) })
  const logIn = async (client: Awaited<ReturnType<typeof dialBroker>>, user = 'ada', password = 'secret') => {
    await client.ask(saslHandshakeApi, 1, { mechanism: 'PLAIN' })
    return client.ask(saslAuthenticateApi, 1, { authBytes: plain(user, password) })
  }
  const lives = await dialBroker(log)
  assert.equal((await logIn(lives)).sessionLifetimeMs, 150)
  const ends = await dialBroker(log)
  await logIn(ends)
  const deadline = performance.now() + 400
  while (performance.now() < deadline) {
    await logIn(lives)
    await lives.ask(metadataApi, 4, { topics: null })
  }
  await assert.rejects(ends.ask(metadataApi, 4, { topics: null }), /closed/)
  const other = await lives.ask(saslHandshakeApi, 1, { mechanism: 'SCRAM-SHA-256' })
  assert.equal(other.errorCode, 33)
  await lives.closed
})

void test('who does not log in is closed after its time; until then it may not send much', async () => {
  await using log = await runBroker({ config: withSasl(undefined, { loginMs: 100 }) })
  const idle = await dialBroker(log)
  await idle.closed
  const large = await dialBroker(log)
  large.socket.write(lengthOf(Buffer.alloc(65 * 1024)))
  await large.closed
})

void test('who has not logged in yet keeps only so many connections, and others come in', async () => {
  await using log = await runBroker({ config: withSasl(undefined, { connectionsMax: 16 }) })
  // Half of them may be logging in, a quarter of that from one address.
  const waiting = [await dialBroker(log), await dialBroker(log)]
  const third = await dialBroker(log)
  await third.closed
  for (const { socket } of waiting) socket.destroy()
  const client = await connectKafka({
    bootstrap: log.bootstrap,
    login: { mechanism: 'SCRAM-SHA-512', user: 'ada', password: 'secret' },
  })
  await client.close()
})

void test('where nobody is asked, SASL is answered as an error, and ApiVersions as always', async () => {
  await using log = await runBroker()
  const client = await dialBroker(log)
  assert.equal((await client.ask(saslHandshakeApi, 1, { mechanism: 'PLAIN' })).errorCode, 34)
  assert.equal((await client.ask(saslAuthenticateApi, 1, { authBytes: plain('a', 'b') })).errorCode, 34)
  assert.equal((await client.ask(metadataApi, 4, { topics: null })).topics.length, 0)
  client.socket.destroy()
})
