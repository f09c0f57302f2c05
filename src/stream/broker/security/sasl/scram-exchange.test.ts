import assert from 'node:assert/strict'
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { test } from 'node:test'
import { LoginFailed, type SaslExchange } from './exchange.ts'
import { scramMechanisms, scramNames, type ScramMechanism } from './mechanism.ts'
import { credentialOf, makeCredential, type ScramCredential } from './scram-credential.ts'
import { scramExchange } from './scram-exchange.ts'
import { readClientFinal, readClientFirst } from './scram-messages.ts'

const pencil = await makeCredential('SCRAM-SHA-256', 'pencil')
const known = (credential: ScramCredential) => () => ({ credential, isReal: true })

/** A client as RFC 5802 has it, written from its formulas; what it sends can be spoilt. */
async function logIn(
  exchange: SaslExchange,
  mechanism: ScramMechanism,
  password: string,
  {
    user = 'ada',
    header = 'n,,',
    nonce = 'fyko+d2lbbFgONRv9qkxdawL',
    before = '',
    spoil = (text: string) => text,
  } = {},
): Promise<{ readonly user: string | undefined; readonly isServer: boolean }> {
  const { hash, hashBytes } = scramMechanisms[mechanism]
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest()
  const bare = `n=${user},r=${nonce}`
  const challenge = (await exchange.step(Buffer.from(header + bare))).token.toString()
  const [, serverNonce, salt, iterations] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(challenge)!
  assert.ok(serverNonce!.startsWith(nonce) && serverNonce!.length > nonce.length + 20)
  const salted = pbkdf2Sync(password, Buffer.from(salt!, 'base64'), Number(iterations), hashBytes, hash)
  const withoutProof = `c=${Buffer.from(header).toString('base64')},r=${before}${serverNonce}`
  const signed = `${bare},${challenge},${withoutProof}`
  const clientKey = hmac(salted, 'Client Key')
  const signature = hmac(createHash(hash).update(clientKey).digest(), signed)
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!)).toString('base64')
  const final = await exchange.step(Buffer.from(spoil(`${withoutProof},p=${proof}`)))
  const expected = `v=${hmac(hmac(salted, 'Server Key'), signed).toString('base64')}`
  return { user: final.user, isServer: final.token.toString() === expected }
}

for (const mechanism of scramNames)
  void test(`${mechanism}: who knows the password is let in, and sees that the server knows it too`, async () => {
    const credential = await makeCredential(mechanism, 'pencil')
    const exchange = scramExchange(mechanism, known(credential))
    assert.deepEqual(await logIn(exchange, mechanism, 'pencil'), { user: 'ada', isServer: true })
    await assert.rejects(logIn(scramExchange(mechanism, known(credential)), mechanism, 'pen'), LoginFailed)
  })

void test('the example of RFC 7677 is taken as it stands there', async () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')
  const salted = pbkdf2Sync('pencil', salt, 4096, 32, 'sha256')
  const { storedKey, serverKey } = credentialOf('SCRAM-SHA-256', salted, { salt, iterations: 4096 })
  const signed =
    'n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
  const signature = createHmac('sha256', storedKey).update(signed).digest()
  const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64')
  const clientKey = Buffer.from(proof.map((byte, at) => byte ^ signature[at]!))
  assert.deepEqual(createHash('sha256').update(clientKey).digest(), storedKey)
  const serverSignature = createHmac('sha256', serverKey).update(signed).digest('base64')
  assert.equal(serverSignature, '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')
})

void test('a user that there is not is asked the same, and fails even with what would prove it', async () => {
  const exchange = scramExchange('SCRAM-SHA-256', () => ({ credential: pencil, isReal: false }))
  await assert.rejects(logIn(exchange, 'SCRAM-SHA-256', 'pencil'), { name: 'LoginFailed', user: 'ada' })
})

void test('names with a comma or an equals sign, and the rights of another user', async () => {
  const names: string[] = []
  const exchange = scramExchange('SCRAM-SHA-256', (user) => (names.push(user), { credential: pencil, isReal: true }))
  assert.equal((await logIn(exchange, 'SCRAM-SHA-256', 'pencil', { user: 'a=2Cb=3Dc' })).user, 'a,b=c')
  assert.ok(names.every((name) => name === 'a,b=c'))
  const same = scramExchange('SCRAM-SHA-256', known(pencil))
  assert.equal((await logIn(same, 'SCRAM-SHA-256', 'pencil', { header: 'n,a=ada,' })).user, 'ada')
  const other = scramExchange('SCRAM-SHA-256', known(pencil))
  await assert.rejects(logIn(other, 'SCRAM-SHA-256', 'pencil', { header: 'n,a=root,' }), LoginFailed)
})

void test('what was changed on the way fails: nonce, channel binding, proof', async () => {
  const spoils: ((text: string) => string)[] = [
    (text) => text.replace(/r=./, 'r=X'),
    (text) => text.replace('c=biws', 'c=eSws'),
    (text) => text.replace(/p=.../, 'p=AAA'),
    (text) => text.replace(/,p=.*/, ''),
    (text) => text.replace(/,p=.*/, ',p=AAAA'),
    () => '',
  ]
  for (const spoil of spoils) {
    const exchange = scramExchange('SCRAM-SHA-256', known(pencil))
    await assert.rejects(logIn(exchange, 'SCRAM-SHA-256', 'pencil', { spoil }), LoginFailed)
  }
})

void test('a client that repeats its own nonce, as librdkafka did for years, is let in', async () => {
  const exchange = scramExchange('SCRAM-SHA-256', known(pencil))
  assert.ok((await logIn(exchange, 'SCRAM-SHA-256', 'pencil', { before: 'fyko+d2lbbFgONRv9qkxdawL' })).isServer)
})

void test('first messages: channel binding and unknown extensions are refused, malformed ones too', () => {
  const read = (text: string) => readClientFirst(Buffer.from(text))?.user
  assert.equal(read('n,,n=ada,r=abc'), 'ada')
  assert.equal(read('y,,n=ada,r=abc,x=1'), 'ada')
  for (const text of [
    'p=tls-unique,,n=ada,r=abc',
    'n,,m=1,n=ada,r=abc',
    'n,,n=ada,r=abc,m=1',
    'n,,n=a,da,r=abc',
    'n,,n=a=2Dda,r=abc',
    'n,,n=ada,r=',
    'n,,n=ada',
    'x,,n=ada,r=abc',
    '',
    '\0ada\0secret',
  ])
    assert.equal(read(text), undefined, text)
  assert.equal(readClientFinal(Buffer.from('c=biws,r=abc,p=!!!!')), undefined)
})
