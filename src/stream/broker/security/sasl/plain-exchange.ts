import { LoginFailed, type SaslExchange } from './exchange.ts'

/** PLAIN (RFC 4616): the password itself, in one message. `isPassword` also says no for users that there are not, as slowly. */
export function plainExchange(isPassword: (user: string, password: string) => Promise<boolean>): SaslExchange {
  return {
    async step(token) {
      const [authorizationId, user, password, ...more] = token.toString().split('\0')
      if (!user || !password || more.length > 0) throw new LoginFailed('its PLAIN message is malformed')
      if (authorizationId !== '' && authorizationId !== user)
        throw new LoginFailed('it asks for the rights of another user', user)
      if (!(await isPassword(user, password))) throw new LoginFailed('the user or the password is wrong', user)
      return { token: Buffer.alloc(0), user }
    },
  }
}
