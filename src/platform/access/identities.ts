import { administrator, type Principal } from '../../access/principal.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { SessionPrincipal } from '../../sql/engine-host.ts'
import type { SecretService } from '../kinds/reconcile-services.ts'
import type { UserSettings } from '../project/user-settings.ts'

/** A user of the project who may log in. */
export interface Identity {
  readonly name: string
  readonly password: string
  readonly principal: Principal
}

/** Users by their names. Passwords are read once, at the start, and kept in this process alone. */
export type Identities = ReadonlyMap<string, Identity>

/** WEIR-7006 for a password that is not there: without it nobody could tell who comes. */
export async function readIdentities(
  users: Readonly<Record<string, UserSettings>> = {},
  secrets: SecretService,
): Promise<Identities> {
  const read = async ([name, { password, groups, administrator: isAdministrator }]: [string, UserSettings]) => {
    const principal: Principal = isAdministrator ? { kind: 'administrator', name } : { kind: 'user', name, groups }
    const value = await secrets.read(password)
    if (value === '') throw new WeirError('WEIR-7006', `the password of the user "${name}" is empty. Write one there`)
    return [name, { name, password: value, principal }] as const
  }
  return new Map(await Promise.all(Object.entries(users).map(read)))
}

/** The word by which the engine knows who it is; null is an administrator without a name. */
export function sessionPrincipal({ kind, name }: Principal): SessionPrincipal {
  return name === undefined ? null : `${kind}:${name}`
}

/** The other way round. One that is not known belongs to no group, and has no more rights than everyone. */
export function principalOf(word: SessionPrincipal | undefined, identities: Identities): Principal {
  if (word === null || word === undefined) return administrator
  const [, kind, name = word] = /^(user|administrator):(.*)$/.exec(word) ?? []
  const known = identities.get(name)?.principal
  return known?.kind === kind && known !== undefined ? known : { kind: 'user', name, groups: [] }
}
