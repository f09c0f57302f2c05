import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { LoginFailed, type SaslExchange, type SaslStep } from './exchange.ts'
import { scramMechanisms, type ScramMechanism } from './mechanism.ts'
import { hmac, type ScramCredential } from './scram-credential.ts'
import { readClientFinal, readClientFirst, serverFinal, serverFirst, type ClientFirst } from './scram-messages.ts'

const nonceBytes = 18

/**
 * The server's side of SCRAM (RFC 5802, 7677), without channel binding. `credentialOf` also has an answer for users that there
 * are not: they are asked for a proof like all others, and nothing tells them apart (INV-S3).
 */
export function scramExchange(
  mechanism: ScramMechanism,
  credentialOf: (user: string) => { readonly credential: ScramCredential; readonly isReal: boolean },
): SaslExchange {
  let begun: { readonly first: ClientFirst; readonly nonce: string; readonly challenge: string } | undefined

  function begin(token: Buffer): SaslStep {
    const first = readClientFirst(token)
    if (!first) throw new LoginFailed('its first SCRAM message is malformed, or asks for channel binding')
    if (first.authorizationId !== '' && first.authorizationId !== first.user)
      throw new LoginFailed('it asks for the rights of another user', first.user)
    const nonce = first.nonce + randomBytes(nonceBytes).toString('base64')
    const { salt, iterations } = credentialOf(first.user).credential
    const challenge = serverFirst(nonce, salt, iterations)
    begun = { first, nonce, challenge }
    return { token: Buffer.from(challenge) }
  }

  function finish(token: Buffer, { first, nonce, challenge }: NonNullable<typeof begun>): SaslStep {
    const { user } = first
    const final = readClientFinal(token)
    // librdkafka before 2.6.1 puts its own nonce before the whole one once more; nothing is weaker for that.
    if (!final?.nonce.endsWith(nonce) || final.channelBinding !== first.gs2Header)
      throw new LoginFailed('its final SCRAM message is malformed, or not the answer to this challenge', user)
    const { credential, isReal } = credentialOf(user)
    const signed = `${first.bare},${challenge},${final.withoutProof}`
    const isProven = provesKey(mechanism, credential, signed, final.proof)
    if (!isProven || !isReal) throw new LoginFailed(isReal ? 'the password is wrong' : 'there is no such user', user)
    return { token: Buffer.from(serverFinal(hmac(mechanism, credential.serverKey, signed))), user }
  }

  return {
    step: async (token) => (begun ? finish(token, begun) : begin(token)),
  }
}

/** The proof is the client's key, hidden by a signature that only who knows the stored key can make. */
function provesKey(mechanism: ScramMechanism, { storedKey }: ScramCredential, signed: string, proof: Buffer): boolean {
  const signature = hmac(mechanism, storedKey, signed)
  if (proof.length !== signature.length) return false
  const clientKey = Buffer.from(proof.map((byte, at) => byte ^ signature[at]!))
  return timingSafeEqual(createHash(scramMechanisms[mechanism].hash).update(clientKey).digest(), storedKey)
}
