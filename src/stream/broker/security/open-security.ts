import type { Clock } from '../../../kernel/clock.ts'
import type { Files } from '../../../kernel/files/files.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { BrokerMetrics } from '../metrics/broker-metrics.ts'
import { createAuthorizer, type Authorizer } from './acl/authorizer.ts'
import { declareUsers } from './declare-users.ts'
import type { ListenerConfig } from './listener-config.ts'
import { createClientQuotas, type ClientQuotas } from './quotas/client-quotas.ts'
import { createLoginDelays } from '../../../kernel/login-delays.ts'
import { plainExchange } from './sasl/plain-exchange.ts'
import type { SaslServices } from './sasl/sasl-session.ts'
import { scramExchange } from './sasl/scram-exchange.ts'
import { createLine, createUserDirectory, type UserDirectory } from './sasl/user-directory.ts'
import type { SecurityConfig } from './security-config.ts'
import { createSecurityLog, type SecurityChange, type SecurityLog } from './security-log.ts'
import { openSecurityStore, type SecurityStore } from './security-store.ts'

/** All that is known of users, ACLs and quotas, as it is now. */
export interface Security {
  readonly store: SecurityStore
  readonly log: SecurityLog
  readonly quotas: ClientQuotas
  /** By the ACLs of now; undefined when nobody is asked what he may do. */
  authorizer(): Authorizer | undefined
  sasl(settings: NonNullable<ListenerConfig['sasl']>, requestBytesMax: number): SaslServices
}

export interface SecurityServices {
  readonly files: Files
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BrokerMetrics
  readonly failedLoginDelayMs: number
  /** Told of each change of users, ACLs and quotas. */
  readonly audit: (change: SecurityChange) => void
}

/** So many passwords may wait to be checked; who comes after them is closed. */
const passwordsWaitingMax = 100

/** Opens the store in the log's folder, and sets the users of the project. WEIR-3020 when the store is not whole. */
export async function openSecurity(
  directory: string,
  { users = {}, authorization }: SecurityConfig,
  { files, clock, logger, metrics, audit, failedLoginDelayMs }: SecurityServices,
): Promise<Security> {
  const monotonic = (): number => clock.monotonic()
  const quotas = createClientQuotas(monotonic)
  const delays = createLoginDelays(monotonic, failedLoginDelayMs)
  const line = createLine(passwordsWaitingMax)
  let authorizer: Authorizer | undefined
  let directoryOfUsers!: UserDirectory
  const store = await openSecurityStore(files, directory, (state) => {
    directoryOfUsers = createUserDirectory(state, line)
    quotas.setQuotas(state.quotas)
    authorizer =
      authorization &&
      createAuthorizer(state.acls, {
        superUsers: new Set(authorization.superUsers),
        allowIfNoAcl: authorization.allowEveryoneIfNoAcl,
      })
  })
  await declareUsers(store, users)
  const log = createSecurityLog(metrics, { clock, logger }, audit)
  return {
    store,
    log,
    quotas,
    authorizer: () => authorizer,
    sasl: ({ mechanisms, sessionMs }, requestBytesMax) => ({
      mechanisms,
      sessionMs,
      requestBytesMax,
      delays,
      monotonic,
      exchange: (mechanism) =>
        mechanism === 'PLAIN'
          ? plainExchange((user, password) => directoryOfUsers.isPassword(user, password))
          : scramExchange(mechanism, (user) => directoryOfUsers.credentialOf(mechanism, user)),
      onLogin: (event) => log.onLogin(event),
    }),
  }
}
