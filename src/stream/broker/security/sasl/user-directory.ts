import type { SecurityState, User } from '../security-state.ts'
import { decoyCredentials } from './decoy-credentials.ts'
import { scramNames, type ScramMechanism } from './mechanism.ts'
import { isPasswordOf, type ScramCredential } from './scram-credential.ts'

/** The users of one state as logins look at them. Users that there are not have credentials that nothing proves. */
export interface UserDirectory {
  credentialOf(mechanism: ScramMechanism, user: string): FoundCredential
  isPassword(user: string, password: string): Promise<boolean>
}

export interface FoundCredential {
  readonly credential: ScramCredential
  readonly isReal: boolean
}

/** Runs work one after the other; rejects what would wait behind too much. */
export type Line = <T>(work: () => Promise<T>) => Promise<T>

export function createUserDirectory({ users, secret }: SecurityState, line: Line): UserDirectory {
  const all = [...users.values()].filter((user) => mechanismOf(user) !== undefined)
  const decoys = Object.fromEntries(
    scramNames.map((mechanism) => {
      const known = all.flatMap(({ credentials }) => credentials[mechanism] ?? [])
      return [mechanism, decoyCredentials(mechanism, secret, known)]
    }),
  ) as Record<ScramMechanism, (user: string) => ScramCredential>

  function credentialOf(mechanism: ScramMechanism, user: string): FoundCredential {
    // Made for known users as well: the work is part of the answer's time.
    const decoy = decoys[mechanism](user)
    const real = users.get(user)?.credentials[mechanism]
    return { credential: real ?? decoy, isReal: real !== undefined }
  }

  /** The hash that a password is checked by; of an unknown user that of some known one, as often as they have it. */
  function hashFor(name: string): ScramMechanism {
    const number = decoys['SCRAM-SHA-256'](name).storedKey.readUInt32BE(0)
    const user = users.get(name) ?? all[number % all.length]
    return (user && mechanismOf(user)) ?? 'SCRAM-SHA-256'
  }

  return {
    credentialOf,
    async isPassword(user, password) {
      const mechanism = hashFor(user)
      const { credential, isReal } = credentialOf(mechanism, user)
      const isRight = await line(() => isPasswordOf(mechanism, credential, password))
      return isRight && isReal
    },
  }
}

function mechanismOf({ credentials }: User): ScramMechanism | undefined {
  return scramNames.find((mechanism) => credentials[mechanism])
}

/** One at a time, because the threads that hash are those that write to the disk. */
export function createLine(waitingMax: number): Line {
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    if (waiting >= waitingMax) return Promise.reject(new Error('too many passwords wait to be checked'))
    waiting++
    const done = last.then(work).finally(() => waiting--)
    last = done.catch(() => undefined)
    return done
  }
}
