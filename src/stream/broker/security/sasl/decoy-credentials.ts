import { createHmac } from 'node:crypto'
import { iterationsMin, type ScramCredential } from './scram-credential.ts'
import { scramMechanisms, type ScramMechanism } from './mechanism.ts'

/** What can be seen of a credential in a challenge: tools make salts of different lengths and letters, and count differently. */
interface Shape {
  readonly iterations: number
  readonly saltBytes: number
  readonly isText: boolean
}

const shapeOfNone: Shape = { iterations: iterationsMin, saltBytes: 24, isText: false }
const letters = '0123456789abcdefghijklmnopqrstuvwxyz'

/**
 * Credentials of users that there are not. They are always the same for a name, nobody knows the password, and they look like
 * those of the users that there are, shape by shape as often.
 */
export function decoyCredentials(
  mechanism: ScramMechanism,
  secret: Buffer,
  known: readonly ScramCredential[],
): (user: string) => ScramCredential {
  const shapes = known.length === 0 ? [shapeOfNone] : known.map(shapeOf)
  return (user) => {
    const bytes = (what: string): Buffer =>
      createHmac('sha512', secret).update(`${mechanism}\0${what}\0${user}`).digest()
    const { iterations, saltBytes, isText } = shapes[bytes('shape').readUInt32BE(0) % shapes.length]!
    const salt = bytes('salt').subarray(0, saltBytes)
    const { hashBytes } = scramMechanisms[mechanism]
    return {
      iterations,
      salt: isText ? Buffer.from(Array.from(salt, (byte) => letters[byte % letters.length]).join('')) : salt,
      storedKey: bytes('stored').subarray(0, hashBytes),
      serverKey: bytes('server').subarray(0, hashBytes),
    }
  }
}

function shapeOf({ iterations, salt }: ScramCredential): Shape {
  return {
    iterations,
    saltBytes: Math.min(salt.length, 64),
    isText: salt.every((byte) => letters.includes(String.fromCharCode(byte))),
  }
}
