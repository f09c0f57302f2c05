import { pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { alterUserScramCredentialsApi } from '../protocol/apis/alter-user-scram-credentials.ts'
import { describeUserScramCredentialsApi } from '../protocol/apis/describe-user-scram-credentials.ts'
import type { Broker } from './broker.ts'
import type { Cluster } from './cluster.ts'
import type { KafkaUser, KafkaUsers } from './kafka-users.ts'
import { check, withRetries } from './retry.ts'

/** By the protocol's numbers. */
const mechanisms = [
  { number: 1, name: 'SCRAM-SHA-256', hash: 'sha256', hashBytes: 32 },
  { number: 2, name: 'SCRAM-SHA-512', hash: 'sha512', hashBytes: 64 },
] as const

const iterations = 4096
const saltBytes = 24
const salted = promisify(pbkdf2)

export function createUsersClient(cluster: Cluster, deadlineMs: number): KafkaUsers {
  const retried = <T>(attempt: (broker: Broker, timeoutMs: number) => Promise<T>): Promise<T> =>
    withRetries('users', deadlineMs, (timeoutMs) => attempt(cluster.any(), timeoutMs))

  async function list(): Promise<readonly KafkaUser[]> {
    return retried(async (broker, timeoutMs) => {
      const { body } = await broker.call(describeUserScramCredentialsApi, { users: null }, { timeoutMs })
      check(body.errorCode, 'users', body.errorMessage)
      return body.results.map(({ user, credentialInfos }) => ({
        name: user,
        mechanisms: credentialInfos.map(
          ({ mechanism }) => mechanisms.find(({ number }) => number === mechanism)?.name ?? 'unknown',
        ),
      }))
    })
  }

  /** One credential a request: that is all that brokers take of one user. */
  async function alter(name: string, change: Parameters<typeof changeOf>[1]): Promise<void> {
    await retried(async (broker, timeoutMs) => {
      const { body } = await broker.call(alterUserScramCredentialsApi, changeOf(name, change), { timeoutMs })
      for (const { errorCode, errorMessage } of body.results) check(errorCode, `user ${name}`, errorMessage)
    })
  }

  return {
    list,
    async set(name, password) {
      for (const { number, hash, hashBytes } of mechanisms) {
        const salt = randomBytes(saltBytes)
        const saltedPassword = await salted(password, salt, iterations, hashBytes, hash)
        await alter(name, { mechanism: number, salt, saltedPassword })
      }
    },
    async remove(name) {
      const user = (await list()).find((known) => known.name === name)
      for (const { number, name: mechanism } of mechanisms)
        if (user?.mechanisms.includes(mechanism)) await alter(name, { mechanism: number })
      return user !== undefined
    },
  }
}

/** Without a salt the credential goes. */
function changeOf(
  name: string,
  change: { readonly mechanism: number; readonly salt?: Buffer; readonly saltedPassword?: Buffer },
) {
  return change.salt === undefined
    ? { deletions: [{ name, mechanism: change.mechanism }], upsertions: [] }
    : { deletions: [], upsertions: [{ name, iterations, ...change }] }
}
