import type { Identities, Identity } from '../../platform/access/identities.ts'
import { type CatalogTokens, catalogTokens } from '../iceberg/catalog-tokens.ts'

/** Access tokens of users, `wut.NAME.TOKEN`: signed under the user's password, so that they end with it. Nothing is stored. */
export interface UserTokens {
  issue(user: Identity): string
  /** Undefined for what is no token of a user. */
  check(token: string): Identity | 'expired' | 'foreign' | undefined
}

export function userTokens(identities: Identities, now: () => number): UserTokens {
  const signers = new Map<string, CatalogTokens>()
  const signerOf = ({ name, password }: Identity): CatalogTokens => {
    const signer = signers.get(name) ?? catalogTokens(`${name}\0${password}`, now)
    signers.set(name, signer)
    return signer
  }
  return {
    issue: (user) => `wut.${Buffer.from(user.name).toString('base64url')}.${signerOf(user).issue()}`,
    check(token) {
      const [, encoded, signed] = /^wut\.([\w-]{1,128})\.(wct\..+)$/.exec(token) ?? []
      if (encoded === undefined || signed === undefined) return undefined
      const user = identities.get(Buffer.from(encoded, 'base64url').toString('utf8'))
      if (!user) return 'foreign'
      const state = signerOf(user).check(signed)
      return state === 'good' ? user : state
    },
  }
}
