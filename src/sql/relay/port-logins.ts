import type { SessionPrincipal } from '../engine-host.ts'
import type { PostgresPortConfig } from './postgres-port.ts'
import { scramSecret, type ScramSecret } from './scram.ts'

/** What a name has to prove, and who it then is. */
export interface PortLogin {
  /** Undefined where nothing is asked. */
  readonly secret: ScramSecret | undefined
  readonly principal: SessionPrincipal
}

export interface PortLogins {
  of(user: string): PortLogin
}

/** Users of the project have passwords of their own; whoever else comes is an administrator, by the password of the port if it has one. */
export function portLogins({ auth, users = new Map() }: Pick<PostgresPortConfig, 'auth' | 'users'>): PortLogins {
  const own = auth.kind === 'scram' ? scramSecret(auth.password) : undefined
  const known = new Map<string, PortLogin>()
  return {
    of(user) {
      const declared = users.get(user)
      if (!declared) {
        // A wrong name is told only after the password, like a wrong password.
        const isOther = auth.kind === 'scram' && auth.user !== undefined && auth.user !== user
        return { secret: isOther ? scramSecret(String(Math.random())) : own, principal: null }
      }
      const login = known.get(user) ?? { secret: scramSecret(declared.password), principal: declared.principal }
      known.set(user, login)
      return login
    },
  }
}
