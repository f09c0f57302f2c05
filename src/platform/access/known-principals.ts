import { everyone } from '../../access/principal.ts'
import type { PrincipalService } from '../kinds/reconcile-services.ts'
import type { UserSettings } from '../project/user-settings.ts'

/** Users of the project, and groups that one of them is in. */
export function knownPrincipals(users: Readonly<Record<string, UserSettings>> = {}): PrincipalService {
  const names = new Set([
    everyone,
    ...Object.keys(users).map((name) => `user:${name}`),
    ...Object.values(users).flatMap(({ groups }) => groups.map((group) => `group:${group}`)),
  ])
  return { isKnown: (principal) => names.has(principal) }
}
