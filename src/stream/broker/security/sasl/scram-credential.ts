import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { scramMechanisms, type ScramMechanism } from './mechanism.ts'

/** What is kept of a password (RFC 5802, section 3): enough to check a proof, not enough to make one. */
export interface ScramCredential {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** RFC 7677 asks for so many at least; Kafka takes no less either. */
export const iterationsMin = 4096
export const iterationsMax = 16_384
const saltBytes = 24

const derive = promisify(pbkdf2)

/** A new credential of a password, with a salt of its own. */
export async function makeCredential(mechanism: ScramMechanism, password: string): Promise<ScramCredential> {
  const salt = randomBytes(saltBytes)
  const salted = await saltPassword(mechanism, password, { salt, iterations: iterationsMin })
  return credentialOf(mechanism, salted, { salt, iterations: iterationsMin })
}

/** The credential of a password that was salted elsewhere: by a tool, for AlterUserScramCredentials. */
export function credentialOf(
  mechanism: ScramMechanism,
  saltedPassword: Buffer,
  { salt, iterations }: Pick<ScramCredential, 'salt' | 'iterations'>,
): ScramCredential {
  const { hash } = scramMechanisms[mechanism]
  const storedKey = createHash(hash)
    .update(hmac(mechanism, saltedPassword, 'Client Key'))
    .digest()
  return { salt, iterations, storedKey, serverKey: hmac(mechanism, saltedPassword, 'Server Key') }
}

/** Takes milliseconds on another thread: whoever asks often must wait in a line. */
function saltPassword(
  mechanism: ScramMechanism,
  password: string,
  { salt, iterations }: Pick<ScramCredential, 'salt' | 'iterations'>,
): Promise<Buffer> {
  const { hash, hashBytes } = scramMechanisms[mechanism]
  return derive(Buffer.from(password), salt, iterations, hashBytes, hash)
}

export async function isPasswordOf(
  mechanism: ScramMechanism,
  credential: ScramCredential,
  password: string,
): Promise<boolean> {
  const salted = await saltPassword(mechanism, password, credential)
  return timingSafeEqual(credentialOf(mechanism, salted, credential).storedKey, credential.storedKey)
}

export function hmac(mechanism: ScramMechanism, key: Buffer, text: string): Buffer {
  return createHmac(scramMechanisms[mechanism].hash, key).update(text).digest()
}
