/** Who asks: somebody who may do everything, or a user of the project (`docs/spec/policies.md`, "Principals"). */
export type Principal = AdministratorPrincipal | UserPrincipal

export interface AdministratorPrincipal {
  readonly kind: 'administrator'
  /** Of a user of the project who is one; whoever came in by the token, or without any, has none. */
  readonly name?: string
}

export interface UserPrincipal {
  readonly kind: 'user'
  readonly name: string
  readonly groups: readonly string[]
}

export const administrator: Principal = { kind: 'administrator' }

/** All users; administrators need no policy. */
export const everyone = 'everyone'

/** The words of policies that mean this user. */
export function namesOf({ name, groups }: UserPrincipal): ReadonlySet<string> {
  return new Set([everyone, `user:${name}`, ...groups.map((group) => `group:${group}`)])
}
