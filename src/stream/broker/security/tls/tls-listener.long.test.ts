import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect } from 'node:tls'
import { test } from 'node:test'
import { makeCertificate, oids, type TestCertificate } from '../../../../../test/support/certificates.ts'
import { runBroker, type RunningBroker } from '../../../../../test/support/running-broker.ts'
import { waitUntil } from '../../../../../test/support/wait-until.ts'
import { connectKafka } from '../../../client/connect.ts'
import type { KafkaTls } from '../../../client/connection.ts'
import type { BrokerConfig } from '../../broker.ts'
import type { TlsConfig } from './tls-config.ts'

const named = (name: string, by?: TestCertificate) =>
  makeCertificate({ subject: [[[oids.CN, name]]], addresses: ['127.0.0.1'], ...(by ? { by } : {}) })
const authority = named('authority')

const text = (from: string, read: () => string) => ({ from, read: () => Promise.resolve(read()) })

function tlsOf(pair: () => TestCertificate, more: Partial<TlsConfig> = {}): TlsConfig {
  return {
    certificate: text('server.pem', () => pair().cert),
    key: text('server.key', () => pair().key),
    clients: 'none',
    minVersion: 'TLSv1.2',
    principalRules: [],
    ...more,
  }
}

function listening(tls: TlsConfig, limits: BrokerConfig['limits'] = {}): Partial<BrokerConfig> {
  return {
    listeners: [{ name: 'main', host: '127.0.0.1', port: 0, tls }],
    security: { authorization: { superUsers: ['User:CN=ada'], allowEveryoneIfNoAcl: false } },
    limits,
  }
}

function dialTls(log: RunningBroker, tls: KafkaTls = {}, deadlineMs = 20_000) {
  return connectKafka({ bootstrap: log.bootstrap, deadlineMs, tls: { ca: authority.cert, ...tls } })
}

/** The client tries again until its time is over: after a good one came in, a short time is enough. */
async function isRefused(log: RunningBroker, tls: KafkaTls = {}): Promise<void> {
  await assert.rejects(dialTls(log, tls, 1500), { code: 'WEIR-3102' })
}

void test('clients are served over TLS 1.2 and 1.3, and by nothing older where 1.3 is asked for', async () => {
  const server = named('server', authority)
  await using log = await runBroker({ config: { listeners: listening(tlsOf(() => server)).listeners! } })
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const client = await dialTls(log, { maxVersion })
    const producer = await client.createProducer({ topic: 'orders' })
    await producer.send({ value: Buffer.alloc(300_000, 'x') })
    await producer.flush()
    await client.close()
  }
  await log.restart(listening(tlsOf(() => server, { minVersion: 'TLSv1.3' })))
  await isRefused(log, { maxVersion: 'TLSv1.2' })
})

void test('the user is the subject of its certificate; without one, or with one of somebody else, nobody comes in', async () => {
  const server = named('server', authority)
  const [ada, eve, stranger] = [named('ada', authority), named('eve', authority), named('ada')]
  const authorities = text('ca.pem', () => authority.cert)
  await using log = await runBroker({ config: listening(tlsOf(() => server, { clients: 'required', authorities })) })
  const topics = await dialTls(log, { cert: ada.cert, key: ada.key }).then(async (client) => {
    await client.topics.create([{ name: 'orders' }])
    const found = await client.topics.describe()
    await client.close()
    return found
  })
  assert.equal(topics.length, 1)
  const other = await dialTls(log, { cert: eve.cert, key: eve.key })
  assert.deepEqual(await other.topics.describe(), [])
  await other.close()
  await isRefused(log)
  await isRefused(log, { cert: stranger.cert, key: stranger.key })
  // Where certificates are optional, one that nobody signed is still refused.
  await log.restart(listening(tlsOf(() => server, { clients: 'optional', authorities })))
  await (await dialTls(log)).close()
  await isRefused(log, { cert: stranger.cert, key: stranger.key })
})

void test('a certificate that has run out, one that a user signed, and a key of somebody else let nobody in', async () => {
  const server = named('server', authority)
  const authorities = text('ca.pem', () => authority.cert)
  await using log = await runBroker({ config: listening(tlsOf(() => server, { clients: 'required', authorities })) })
  const ada = named('ada', authority)
  const old = makeCertificate({ subject: [[[oids.CN, 'ada']]], by: authority, days: -0.5 })
  const [eve, impostor] = [named('eve', authority), named('authority')]
  const [byEve, bySomebody] = [named('ada', eve), named('ada', impostor)]
  const bad = [
    old,
    // Eve's own certificate is good: with it the chain to the authority is whole.
    { ...byEve, cert: byEve.cert + eve.cert },
    { ...bySomebody, cert: bySomebody.cert + impostor.cert },
  ]
  await Promise.all(bad.map(({ cert, key }) => isRefused(log, { cert, key })))
  await assert.rejects(dialTls(log, { cert: ada.cert, key: old.key }))
  await (await dialTls(log, { cert: ada.cert, key: ada.key })).close()
})

void test('our own client takes no log whose certificate has run out, is for another address or is of nobody it trusts', async () => {
  const bad = [
    makeCertificate({ subject: [[[oids.CN, 'server']]], by: authority, addresses: ['127.0.0.1'], days: -0.5 }),
    makeCertificate({ subject: [[[oids.CN, 'server']]], by: authority, addresses: ['127.0.0.9'] }),
    named('server'),
  ]
  await Promise.all(
    bad.map(async (server) => {
      await using log = await runBroker({ config: listening(tlsOf(() => server)) })
      await isRefused(log)
    }),
  )
})

void test('new certificates serve the next connections; files that do not fit leave the old ones in use', async () => {
  let pair = named('first', authority)
  let spoilt = false
  const tls = tlsOf(() => (spoilt ? { ...pair, key: named('other').key } : pair))
  await using log = await runBroker({ config: listening(tls, { certificateCheckIntervalMs: 20 }) })
  const seen = async (): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port: log.broker.port, ca: authority.cert })
    await once(socket, 'secureConnect')
    const { CN } = socket.getPeerCertificate().subject
    socket.destroy()
    return String(CN)
  }
  assert.equal(await seen(), 'first')
  spoilt = true
  pair = named('second', authority)
  assert.equal(await seen(), 'first')
  spoilt = false
  await waitUntil('the new certificate is shown', async () => (await seen()) === 'second')
})

void test('what cannot be a certificate and its key is refused at the start, by name', async () => {
  const one = named('one')
  for (const [tls, from] of [
    [tlsOf(() => ({ ...one, key: named('two').key })), 'server.key'],
    [tlsOf(() => ({ ...one, cert: 'nonsense' })), 'server.pem'],
    [
      { ...tlsOf(() => one), certificate: { from: 'gone.pem', read: () => Promise.reject(new Error('ENOENT')) } },
      'gone.pem',
    ],
  ] as const)
    await assert.rejects(runBroker({ config: listening(tls) }), { code: 'WEIR-3021', message: new RegExp(from) })
})

void test('handshakes that do not go on, and garbage in the place of one, are let go; others come in', async () => {
  const server = named('server', authority)
  await using log = await runBroker({
    config: { ...listening(tlsOf(() => server)), limits: { connectionsMax: 16, handshakeMs: 200 } },
  })
  const garbage = connectTcp({ port: log.broker.port, host: '127.0.0.1' })
  garbage.on('error', () => undefined).write('GET / HTTP/1.0\r\n\r\n')
  await once(garbage, 'close')
  const half = [1, 2].map(() => connectTcp({ port: log.broker.port, host: '127.0.0.1' }).on('error', () => undefined))
  await Promise.all(half.map((socket) => once(socket, 'close')))
  const client = await dialTls(log)
  await client.close()
})
