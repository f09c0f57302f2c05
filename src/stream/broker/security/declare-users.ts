import { scramNames, type ScramMechanism } from './sasl/mechanism.ts'
import { isPasswordOf, makeCredential, type ScramCredential } from './sasl/scram-credential.ts'
import type { User } from './security-state.ts'
import type { SecurityStore } from './security-store.ts'

/**
 * Makes the users of the project as they are declared: credentials of another password are replaced, those that are not declared
 * any more go. One that a tool made is taken over by its name.
 */
export async function declareUsers(store: SecurityStore, passwords: Readonly<Record<string, string>>): Promise<void> {
  const known = store.state.users
  const declared = await Promise.all(
    Object.entries(passwords).map(([name, password]) => declaredUser(name, password, known.get(name))),
  )
  const outdated = [...known.values()].some((user) => user.declared && !(user.name in passwords))
  const changed = declared.some((user) => user !== known.get(user.name))
  if (!outdated && !changed) return
  await store.change((state) => {
    const others = [...state.users.values()].filter((user) => !user.declared && !(user.name in passwords))
    const users = new Map([...others, ...declared].map((user) => [user.name, user]))
    return { state: { ...state, users }, answer: undefined }
  })
}

/** The same object when there is nothing to change. */
async function declaredUser(name: string, password: string, known: User | undefined): Promise<User> {
  const pairs = await Promise.all(
    scramNames.map(async (mechanism) => [mechanism, await credentialFor(mechanism, password, known)] as const),
  )
  const isSame =
    known?.declared && pairs.every(([mechanism, credential]) => known.credentials[mechanism] === credential)
  return isSame ? known : { name, declared: true, credentials: Object.fromEntries(pairs) }
}

async function credentialFor(mechanism: ScramMechanism, password: string, known?: User): Promise<ScramCredential> {
  const credential = known?.credentials[mechanism]
  if (credential && (await isPasswordOf(mechanism, credential, password))) return credential
  return makeCredential(mechanism, password)
}
