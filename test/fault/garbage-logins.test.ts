import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import fc from 'fast-check'
import { pino } from 'pino'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { apiVersionsApi } from '../../src/stream/protocol/apis/api-versions.ts'
import { metadataApi } from '../../src/stream/protocol/apis/metadata.ts'
import { saslAuthenticateApi } from '../../src/stream/protocol/apis/sasl-authenticate.ts'
import { saslHandshakeApi } from '../../src/stream/protocol/apis/sasl-handshake.ts'
import { encodeRequest } from '../../src/stream/protocol/messages.ts'
import { lengthOf } from '../support/dial-broker.ts'
import { frameDamage, mutateFrame } from '../support/mutate-frame.ts'
import { runBroker, type RunningBroker } from '../support/running-broker.ts'
import { securedAuthority, securedListener } from '../support/secured-listener.ts'
import { waitUntil } from '../support/wait-until.ts'
import { chosenSeed } from './chosen-seed.ts'

const conversations = 1000
const atOnce = 50
const patienceMs = 100
const memoryMax = 500 * 1024 * 1024
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

const framed = (bytes: Buffer): Buffer => Buffer.concat([lengthOf(bytes), bytes])
const bytes = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength }).map((array) => Buffer.from(array))
const header = (apiVersion: number) => ({ apiVersion, correlationId: 1, clientId: 'fuzz' })

/** What a mechanism might take for a token: near to right ones, and far from them. */
const token = fc.oneof(
  fc
    .constantFrom(
      '\0ada\0wrong',
      'ada\0ada\0wrong',
      '\0\0',
      'n,,n=ada,r=abc',
      'n,a=ada,n=ada,r=abc',
      'p=tls-server-end-point,,n=ada,r=abc',
      'n,,m=x,n=ada,r=abc',
      'n,,n=a=2Cd=3D,r=abc',
      'n,,n=ada,r=abc,tokenauth=true',
      'c=biws,r=abc,p=AAAA',
      'c=biws,r=,p=',
    )
    .map((text) => Buffer.from(text)),
  fc
    .tuple(fc.constantFrom('\0', 'n,,n=', 'c=biws,r='), fc.nat({ max: 70_000 }))
    .map(([text, length]) => Buffer.from(text + 'x'.repeat(length))),
  bytes(300),
)

const handshake = fc
  .tuple(fc.constantFrom(0, 1), fc.constantFrom(...mechanisms))
  .map(([version, mechanism]) => Buffer.concat(encodeRequest(saslHandshakeApi, header(version), { mechanism })))

const request = fc
  .oneof(
    fc.integer({ min: 0, max: 5 }).map((version) => encodeRequest(apiVersionsApi, header(Math.min(version, 4)), {})),
    fc
      .tuple(fc.constantFrom(0, 1), fc.constantFrom(...mechanisms, 'GSSAPI', ''))
      .map(([version, mechanism]) => encodeRequest(saslHandshakeApi, header(version), { mechanism })),
    fc
      .tuple(fc.constantFrom(0, 1, 2), token)
      .map(([version, authBytes]) => encodeRequest(saslAuthenticateApi, header(version), { authBytes })),
    fc.constant(encodeRequest(metadataApi, header(4), { topics: null })),
  )
  .map((parts) => Buffer.concat(parts))

/** One thing that a client says. */
const utterance = fc.oneof(
  { arbitrary: request, weight: 6 },
  { arbitrary: fc.tuple(request, frameDamage).map(([frame, damage]) => mutateFrame(frame, damage, true)), weight: 2 },
  { arbitrary: token.map(framed), weight: 2 },
  { arbitrary: bytes(2000), weight: 1 },
  { arbitrary: request.map((frame) => frame.subarray(0, frame.length - 1)), weight: 1 },
  {
    arbitrary: fc.constantFrom('7fffffff', 'ffffffff', '00010001', '00000000').map((hex) => Buffer.from(hex, 'hex')),
    weight: 1,
  },
)

const conversation = fc.record({
  /** So that what follows is heard as a token. */
  beginning: fc.option(handshake, { nil: Buffer.alloc(0) }),
  to: fc.constantFrom('plain', 'tls', 'below tls'),
  says: fc.array(utterance, { maxLength: 5 }),
  waitsForAnswers: fc.boolean(),
})
type Conversation = typeof conversation extends fc.Arbitrary<infer T> ? T : never

/** One that asks for logins, without TLS and with it. */
function guardedLog(logger: pino.Logger): Promise<RunningBroker> {
  const { tls: _, ...withoutTls } = securedListener
  return runBroker({
    logger,
    config: {
      listeners: [{ ...withoutTls, name: 'plain' }, securedListener],
      security: { users: { ada: 'secret' } },
      limits: { failedLoginDelayMs: 1, handshakeMs: 1000, loginMs: 2000 },
    },
  })
}

async function hold(
  { beginning, to, says, waitsForAnswers }: Conversation,
  [plain, tls]: readonly number[],
): Promise<void> {
  const at = { host: '127.0.0.1', port: (to === 'plain' ? plain : tls)! }
  const socket: Socket = to === 'tls' ? connectTls({ ...at, ca: securedAuthority }) : connectTcp(at)
  socket.on('error', () => undefined)
  const closed = once(socket, 'close').catch(() => undefined)
  const patience = () => new Promise((resolve) => setTimeout(resolve, patienceMs))
  for (const words of [beginning, ...says]) {
    socket.write(words)
    const heard = new Promise((resolve) => socket.once('data', resolve))
    if (waitsForAnswers) await Promise.race([heard, closed, patience()])
  }
  await Promise.race([closed, patience()])
  socket.destroy()
}

async function checkServed(log: RunningBroker): Promise<void> {
  for (const [at, tls] of [undefined, { ca: securedAuthority }].entries()) {
    const client = await connectKafka({
      bootstrap: `127.0.0.1:${log.ports[at]}`,
      login: { mechanism: 'SCRAM-SHA-256', user: 'ada', password: 'secret' },
      ...(tls ? { tls } : {}),
    })
    await client.topics.describe()
    await client.close()
  }
}

void test('whatever is said before a login: nobody comes in, others are served, and nothing stays (INV-S1, INV-S8)', async (t) => {
  const errors: string[] = []
  const logger = pino({ level: 'error' }, { write: (line) => void errors.push(line.slice(0, 500)) })
  await using log = await guardedLog(logger)
  const spoken = fc.sample(conversation, { numRuns: conversations, seed: chosenSeed(t) })
  for (let at = 0; at < spoken.length; at += atOnce) {
    await Promise.all(spoken.slice(at, at + atOnce).map((one) => hold(one, log.ports)))
    if ((at / atOnce) % 5 === 0) await checkServed(log)
  }
  await checkServed(log)
  await waitUntil('all connections are let go', () => log.broker.status().connections === 0)
  const logins = await loginsOf(log)
  t.diagnostic(JSON.stringify(logins))
  assert.ok(logins.failure > 100, 'the crowd got far enough to fail')
  assert.equal(logins.success, 2 * (conversations / atOnce / 5 + 1), 'only who knows the password came in')
  assert.deepEqual(errors, [], 'nothing of it is a defect of the log')
  assert.ok(process.memoryUsage().rss < memoryMax, `${process.memoryUsage().rss} bytes`)
})

async function loginsOf({ broker }: RunningBroker): Promise<{ success: number; failure: number }> {
  const text = await broker.metrics.metrics()
  const count = (outcome: string): number =>
    [...text.matchAll(new RegExp(`^weir_log_logins_total\\{.*outcome="${outcome}".*\\} (\\d+)$`, 'gm'))].reduce(
      (sum, [, found]) => sum + Number(found),
      0,
    )
  return { success: count('success'), failure: count('failure') }
}
