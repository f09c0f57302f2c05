import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** One login by SCRAM (RFC 5802, 7677): says what to send, and checks that the broker knows the password too. */
export interface ScramClient {
  readonly first: Buffer
  /** The answer to the broker's challenge. Throws an Error for one that cannot be. */
  prove(challenge: Buffer): Promise<Buffer>
  /** Whether the broker's last message proves that it knows the password. */
  isBroker(last: Buffer): boolean
}

const derive = promisify(pbkdf2)
/** Less would be a broker that wants the password to be found. */
const iterationsMin = 4096
const iterationsMax = 1_000_000
const header = 'n,,'

export function createScramClient(hash: 'sha256' | 'sha512', user: string, password: string): ScramClient {
  const nonce = randomBytes(18).toString('base64')
  const bare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  const hashBytes = hash === 'sha256' ? 32 : 64
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest()
  let expected: Buffer | undefined
  return {
    first: Buffer.from(header + bare),
    async prove(message) {
      const challenge = message.toString()
      const [, both = '', salt = '', count = '0'] = /^r=([^,]+),s=([A-Za-z0-9+/=]+),i=(\d+)$/.exec(challenge) ?? []
      const iterations = Number(count)
      if (!both.startsWith(nonce) || both === nonce || iterations < iterationsMin || iterations > iterationsMax)
        throw new Error('its challenge is malformed or too weak')
      const salted = await derive(password, Buffer.from(salt, 'base64'), iterations, hashBytes, hash)
      const withoutProof = `c=${Buffer.from(header).toString('base64')},r=${both}`
      const signed = `${bare},${challenge},${withoutProof}`
      const clientKey = hmac(salted, 'Client Key')
      const signature = hmac(createHash(hash).update(clientKey).digest(), signed)
      expected = hmac(hmac(salted, 'Server Key'), signed)
      const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!))
      return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`)
    },
    isBroker(last) {
      const signature = Buffer.from(/^v=(.+)$/.exec(last.toString())?.[1] ?? '', 'base64')
      return expected !== undefined && signature.length === expected.length && timingSafeEqual(signature, expected)
    },
  }
}
