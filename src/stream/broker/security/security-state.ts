import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { crc32c } from '@node-rs/crc32'
import type { Acl } from './acl/acl.ts'
import type { Quota } from './quotas/quota.ts'
import type { ScramMechanism } from './sasl/mechanism.ts'
import type { ScramCredential } from './sasl/scram-credential.ts'

/** A user that may log in. */
export interface User {
  readonly name: string
  readonly credentials: Readonly<Partial<Record<ScramMechanism, ScramCredential>>>
  /** The project declares it: tools leave it alone. */
  readonly declared: boolean
}

/** All that is kept about who may do what. Never changes: a change makes another one. */
export interface SecurityState {
  /** Known to nobody but this log: of users that there are not. */
  readonly secret: Buffer
  readonly users: ReadonlyMap<string, User>
  readonly acls: readonly Acl[]
  readonly quotas: readonly Quota[]
}

/** As it lies in `security.json`: bytes in base64. */
interface StoredState {
  readonly secret: string
  readonly users: readonly {
    readonly name: string
    readonly declared?: true
    readonly credentials: Readonly<
      Record<string, readonly [salt: string, iterations: number, stored: string, server: string]>
    >
  }[]
  readonly acls: readonly Acl[]
  readonly quotas: readonly Quota[]
}

const format = 1

export function storedState({ secret, users, acls, quotas }: SecurityState): string {
  const state: StoredState = {
    secret: secret.toString('base64'),
    users: Array.from(users.values(), ({ name, credentials, declared }) => ({
      name,
      ...(declared ? { declared } : {}),
      credentials: Object.fromEntries(
        Object.entries(credentials).map(([mechanism, { salt, iterations, storedKey, serverKey }]) => [
          mechanism,
          [salt.toString('base64'), iterations, storedKey.toString('base64'), serverKey.toString('base64')],
        ]),
      ),
    })),
    acls,
    quotas,
  }
  const text = JSON.stringify(state)
  return JSON.stringify({ format, checksum: crc32c(text) >>> 0, state })
}

/** WEIR-3020 when it is not whole: without it nobody could say who may do what. */
export function readState(path: string, text: string): SecurityState {
  const { secret, users, acls, quotas } = checkedState(path, text)
  return {
    secret: Buffer.from(secret, 'base64'),
    users: new Map(
      users.map(({ name, declared = false, credentials }) => [
        name,
        {
          name,
          declared,
          credentials: Object.fromEntries(
            Object.entries(credentials).map(([mechanism, [salt, iterations, stored, server]]) => [
              mechanism,
              {
                salt: Buffer.from(salt, 'base64'),
                iterations,
                storedKey: Buffer.from(stored, 'base64'),
                serverKey: Buffer.from(server, 'base64'),
              },
            ]),
          ),
        },
      ]),
    ),
    acls,
    quotas,
  }
}

function checkedState(path: string, text: string): StoredState {
  try {
    const stored = JSON.parse(text) as { format: number; checksum: number; state: StoredState }
    if (stored.format === format && crc32c(JSON.stringify(stored.state)) >>> 0 === stored.checksum) return stored.state
  } catch {
    // As below.
  }
  throw new WeirError(
    'WEIR-3020',
    `${path} cannot be read, and with it who may do what. Restore the file, or move it away: users, ACLs and quotas are then gone, those of the project are made again`,
    { details: { file: path } },
  )
}
