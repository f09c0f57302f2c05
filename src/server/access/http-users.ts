import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Identities, Identity } from '../../platform/access/identities.ts'
import type { OAuthUser, OAuthUsers } from '../iceberg/oauth.ts'
import { basicOf, bearer, equal } from './credentials.ts'
import type { Admitted } from './request-principal.ts'
import { userTokens } from './user-tokens.ts'

/** Users of the project at the HTTP port: by name and password, or by a token that they got for them. */
export interface HttpUsers extends OAuthUsers {
  /** Undefined for who comes in another way. WEIR-7008, 7014 for a password or token that is not right; `anyName` lets through names that are no user's. */
  of(authorization: string | undefined, anyName: boolean): Admitted | undefined
}

export function httpUsers(identities: Identities, now: () => number): HttpUsers {
  const tokens = userTokens(identities, now)
  const asClient = (user: Identity): OAuthUser => ({
    knows: (password) => equal(password, user.password),
    issue: () => tokens.issue(user),
  })
  const byPassword = (authorization: string | undefined, anyName: boolean): Admitted | undefined => {
    const given = basicOf(authorization)
    if (!given) return undefined
    const user = identities.get(given.name)
    if (!user && anyName) return undefined
    if (user && equal(given.password, user.password)) return { principal: user.principal }
    throw new WeirError('WEIR-7008', `name or password of the user "${given.name}" is not right`)
  }
  return {
    of(authorization, anyName) {
      const shown = bearer(authorization)
      if (shown === undefined) return byPassword(authorization, anyName)
      const user = tokens.check(shown)
      if (user === undefined) return undefined
      if (user === 'expired') throw new WeirError('WEIR-7014', 'this access token has expired. Ask for another one')
      if (user === 'foreign')
        throw new WeirError('WEIR-7008', 'this access token is of no user, or of another password')
      return { principal: user.principal, hasEnded: () => tokens.check(shown) === 'expired' }
    },
    find(name) {
      const user = identities.get(name)
      return user && asClient(user)
    },
    ofToken(token) {
      const user = tokens.check(token)
      return typeof user === 'object' ? asClient(user) : undefined
    },
  }
}
