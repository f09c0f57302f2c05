import { createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'

/** How long an access token is good for. */
export const tokenLifetimeMs = 60 * 60_000

export interface CatalogTokens {
  issue(): string
  /** `foreign` is whatever was not issued under this secret. */
  check(token: string): 'good' | 'expired' | 'foreign'
}

/**
 * Access tokens of the catalog, `wct.EXPIRY.NONCE.MAC`. Nothing is stored: they outlive a restart, and end at once when the
 * secret changes. They open the catalog and nothing else, so that an engine needs to keep no key to the whole of Weir.
 */
export function catalogTokens(secret: string, now: () => number): CatalogTokens {
  let key: Buffer | undefined
  const sign = (content: string) => {
    // Slow on purpose, once: who sees a token must not find the secret by trying words.
    key ??= scryptSync(secret, 'weir: access tokens of the iceberg catalog', 32)
    return createHmac('sha256', key).update(content).digest()
  }
  return {
    issue: () => {
      const content = `wct.${now() + tokenLifetimeMs}.${randomBytes(12).toString('base64url')}`
      return `${content}.${sign(content).toString('base64url')}`
    },
    check: (token) => {
      const [, content, expiry, mac] = /^(wct\.(\d+)\.[\w-]+)\.([\w-]{43})$/.exec(token) ?? []
      if (content === undefined || !timingSafeEqual(Buffer.from(mac!, 'base64url'), sign(content))) return 'foreign'
      return Number(expiry) > now() ? 'good' : 'expired'
    },
  }
}
