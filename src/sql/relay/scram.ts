import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

/** The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding: there is no TLS below. */
export interface ScramExchange {
  /** The server's first message for the client's first; undefined when that is malformed. */
  first(clientFirst: string): string | undefined
  /** The server's final message, or undefined when the proof is wrong. */
  final(clientFinal: string): string | undefined
}

/** What is kept of a password. */
export interface ScramSecret {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

export function scramSecret(password: string, salt = randomBytes(16), iterations = 4096): ScramSecret {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256')
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest()
  return { salt, iterations, storedKey, serverKey: hmac(salted, 'Server Key') }
}

export function scramExchange(secret: ScramSecret, nonce = randomBytes(18).toString('base64')): ScramExchange {
  let clientFirstBare = ''
  let serverFirst = ''
  let fullNonce = ''
  return {
    first(clientFirst) {
      // "n" or "y": the client binds no channel. The user's name is that of the startup message.
      const [, bare, clientNonce] = /^[ny],[^,]*,((?:m=[^,]*,)?n=[^,]*,r=([^,]+)(?:,.*)?)$/s.exec(clientFirst) ?? []
      if (bare === undefined || clientNonce === undefined) return undefined
      clientFirstBare = bare
      fullNonce = clientNonce + nonce
      serverFirst = `r=${fullNonce},s=${secret.salt.toString('base64')},i=${secret.iterations}`
      return serverFirst
    },
    final(clientFinal) {
      const [, withoutProof, clientNonce, proofText] =
        /^(c=[^,]+,r=([^,]+)(?:,[^,]*)*?),p=([^,]+)$/.exec(clientFinal) ?? []
      if (withoutProof === undefined || clientNonce !== fullNonce || fullNonce === '') return undefined
      const message = `${clientFirstBare},${serverFirst},${withoutProof}`
      const proof = Buffer.from(proofText!, 'base64')
      const signature = hmac(secret.storedKey, message)
      if (proof.length !== signature.length) return undefined
      const clientKey = Buffer.from(proof.map((byte, i) => byte ^ signature[i]!))
      if (!timingSafeEqual(createHash('sha256').update(clientKey).digest(), secret.storedKey)) return undefined
      return `v=${hmac(secret.serverKey, message).toString('base64')}`
    },
  }
}
