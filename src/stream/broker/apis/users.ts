import { alterUserScramCredentialsApi } from '../../protocol/apis/alter-user-scram-credentials.ts'
import { describeUserScramCredentialsApi } from '../../protocol/apis/describe-user-scram-credentials.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { scramMechanisms, scramNames, scramOfNumber, type ScramMechanism } from '../security/sasl/mechanism.ts'
import { credentialOf, iterationsMax, iterationsMin, type ScramCredential } from '../security/sasl/scram-credential.ts'
import type { SecurityState, User } from '../security/security-state.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

type AlterRequest = RequestOf<typeof alterUserScramCredentialsApi>

/** What is to become of one credential. */
interface Wish {
  readonly user: string
  readonly mechanism: ScramMechanism
  /** undefined deletes it. */
  readonly credential: ScramCredential | undefined
}

type Outcome = { readonly user: string } & ({ readonly wish: Wish } | { readonly error: unknown })

const usersMax = 10_000
const nameMax = 255
const saltMax = 255

/** SCRAM users as Kafka's tools list and change them; passwords never come here. */
export function userHandlers({ security, logger }: ApiServices): Handler[] {
  const { store, log } = security
  return [
    handle(describeUserScramCredentialsApi, ({ users }) => {
      const all = store.state.users
      const names = users === null || users.length === 0 ? [...all.keys()] : users.map(({ name }) => name)
      const asked = Map.groupBy(names, (name) => name)
      return {
        errorMessage: null,
        results: [...asked].map(([name, times]) =>
          times.length > 1
            ? {
                user: name,
                ...refused(
                  'DUPLICATE_RESOURCE',
                  `Cannot describe SCRAM credentials for the same user twice in a single request: ${name}`,
                ),
              }
            : described(name, all.get(name)),
        ),
      }
    }),
    handle(alterUserScramCredentialsApi, async (request, { principal, clientHost }) => {
      const asked = wishesByUser(request)
      const names = [...asked.keys()]
      const outcomes = await store
        .change((state) => {
          let next = state
          const answer = [...asked].map(([user, wishes]): Outcome => {
            try {
              const wish = wishOf(user, wishes, state)
              next = fulfilled(next, wish)
              return { user, wish }
            } catch (error) {
              return { user, error }
            }
          })
          return next === state ? { answer } : { answer, state: next }
        })
        .catch((error: unknown) => names.map((user): Outcome => ({ user, error })))
      const done = outcomes.flatMap((outcome) => ('wish' in outcome ? [outcome.wish] : []))
      log.onChange(done.map(changeOf), principal, clientHost)
      return {
        results: outcomes.map(({ user, ...outcome }) =>
          'error' in outcome ? { user, ...refusalOf(outcome.error, logger) } : { user, errorMessage: null },
        ),
      }
    }),
  ]
}

function refused(error: 'DUPLICATE_RESOURCE' | 'RESOURCE_NOT_FOUND', errorMessage: string) {
  return { errorCode: kafkaErrors[error], errorMessage }
}

function described(name: string, user: User | undefined) {
  if (!user)
    return {
      user: name,
      ...refused('RESOURCE_NOT_FOUND', `Attempt to describe a user credential that does not exist: ${name}`),
    }
  const credentialInfos = scramNames.flatMap((mechanism) => {
    const credential = user.credentials[mechanism]
    return credential ? [{ mechanism: scramMechanisms[mechanism].number, iterations: credential.iterations }] : []
  })
  return { user: name, errorMessage: null, credentialInfos }
}

type Change = AlterRequest['deletions'][number] | AlterRequest['upsertions'][number]

function wishesByUser({ deletions, upsertions }: AlterRequest): ReadonlyMap<string, readonly Change[]> {
  return Map.groupBy<string, Change>([...deletions, ...upsertions], ({ name }) => name)
}

/** What is asked for one user: one change in a request, as in Kafka. */
function wishOf(user: string, [change, ...others]: readonly Change[], { users }: SecurityState): Wish {
  if (others.length > 0)
    throw new KafkaRefusal('DUPLICATE_RESOURCE', 'A user credential cannot be altered twice in the same request')
  if (user === '') throw new KafkaRefusal('UNACCEPTABLE_CREDENTIAL', 'Username must not be empty')
  if (user.length > nameMax)
    throw new KafkaRefusal('UNACCEPTABLE_CREDENTIAL', `a user has a name of at most ${nameMax} letters`)
  const mechanism = scramOfNumber(change!.mechanism)
  if (!mechanism) throw new KafkaRefusal('UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism')
  if (users.get(user)?.declared)
    throw new KafkaRefusal(
      'UNACCEPTABLE_CREDENTIAL',
      `user ${user} is declared by the project (streams.users); change its secret there and start Weir again`,
    )
  if ('salt' in change!) return { user, mechanism, credential: credentialIn(change, mechanism) }
  if (!users.get(user)?.credentials[mechanism])
    throw new KafkaRefusal('RESOURCE_NOT_FOUND', 'Attempt to delete a user credential that does not exist')
  return { user, mechanism, credential: undefined }
}

function credentialIn(
  { iterations, salt, saltedPassword }: AlterRequest['upsertions'][number],
  mechanism: ScramMechanism,
): ScramCredential {
  if (iterations < iterationsMin) throw new KafkaRefusal('UNACCEPTABLE_CREDENTIAL', 'Too few iterations')
  if (iterations > iterationsMax) throw new KafkaRefusal('UNACCEPTABLE_CREDENTIAL', 'Too many iterations')
  if (salt.length === 0 || salt.length > saltMax)
    throw new KafkaRefusal('UNACCEPTABLE_CREDENTIAL', `a salt has 1 to ${saltMax} bytes`)
  // The bytes are the request's, and its memory is used again.
  return credentialOf(mechanism, saltedPassword, { salt: Buffer.from(salt), iterations })
}

function fulfilled(state: SecurityState, { user: name, mechanism, credential }: Wish): SecurityState {
  const { [mechanism]: _, ...others } = state.users.get(name)?.credentials ?? {}
  const credentials = credential ? { ...others, [mechanism]: credential } : others
  const users = new Map(state.users)
  if (Object.keys(credentials).length === 0) users.delete(name)
  else users.set(name, { name, declared: false, credentials })
  if (users.size > usersMax) throw new KafkaRefusal('POLICY_VIOLATION', `this log keeps at most ${usersMax} users`)
  return { ...state, users }
}

function changeOf({ user: name, mechanism, credential }: Wish) {
  const action = credential ? 'alter' : 'delete'
  return { kind: 'user', action, name, detail: { mechanism, iterations: credential?.iterations ?? null } } as const
}
