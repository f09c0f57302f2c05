import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { WeirError } from '../../../kernel/errors/weir-error.ts'

/** The customer's key: it wraps the keys that data is encrypted with, and never touches data itself. */
export interface CustomerKey {
  /** Not secret: says which key wrapped what, and stands in messages. */
  readonly id: string
  wrap(key: Buffer): Promise<Buffer>
  /** Rejects for what another key wrapped. */
  unwrap(wrapped: Buffer): Promise<Buffer>
}

export const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/** A key that is known here: 32 bytes in base64 or hex. WEIR-1003 for anything else; `from` says where it was read. */
export function secretKey(text: string, from: string): CustomerKey {
  const key = Buffer.from(text, /^[0-9a-fA-F]{64}$/.test(text) ? 'hex' : 'base64')
  if (key.length !== keyBytes)
    throw new WeirError(
      'WEIR-1003',
      `the key of streams.encryption in ${from} has ${key.length} bytes; it takes ${keyBytes}, in base64 or hex. Make one with: openssl rand -base64 32`,
    )
  const id = `key-${createHash('sha256').update('weir customer key').update(key).digest('hex').slice(0, 12)}`
  return {
    id,
    wrap(data) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      return Promise.resolve(Buffer.concat([nonce, cipher.update(data), cipher.final(), cipher.getAuthTag()]))
    },
    async unwrap(wrapped) {
      const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, nonceBytes))
      decipher.setAuthTag(wrapped.subarray(-tagBytes))
      return Buffer.concat([decipher.update(wrapped.subarray(nonceBytes, -tagBytes)), decipher.final()])
    },
  }
}
