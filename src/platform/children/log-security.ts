import type { SecurityConfig } from '../../stream/broker/security/security-config.ts'
import type { ListenerConfig } from '../../stream/broker/security/listener-config.ts'
import type { PemText, TlsConfig } from '../../stream/broker/security/tls/tls-config.ts'
import type { SecretService } from '../kinds/reconcile-services.ts'
import type { SecretSource } from '../kinds/secret/secret-source.ts'
import { createSecretService, placeOfSecret } from '../kinds/secret/read-secret.ts'
import type { ListenerSettings } from '../project/stream-settings.ts'
import type { LogChildConfig } from './child-methods.ts'

/** What the broker is told of listeners and users: secrets are read here, in its own process, and go no further. */
export async function logSecurity({
  listeners,
  users = {},
  authorization,
  projectDirectory,
}: LogChildConfig): Promise<{ readonly listeners: readonly ListenerConfig[]; readonly security: SecurityConfig }> {
  const secrets = createSecretService(projectDirectory)
  const passwords = await Promise.all(
    Object.entries(users).map(async ([name, source]) => [name, await secrets.read(source)] as const),
  )
  return {
    listeners: listeners.map((listener) => listenerConfig(listener, secrets)),
    security: { users: Object.fromEntries(passwords), ...(authorization ? { authorization } : {}) },
  }
}

function listenerConfig(
  { tls, sasl, sessionMs, ...listener }: ListenerSettings & { readonly port: number },
  secrets: SecretService,
): ListenerConfig {
  return {
    ...listener,
    ...(tls ? { tls: tlsConfig(tls, secrets) } : {}),
    ...(sasl ? { sasl: { mechanisms: sasl, ...(sessionMs === undefined ? {} : { sessionMs }) } } : {}),
  }
}

function tlsConfig(
  {
    certificate,
    key,
    clientCertificates,
    clientAuthorities,
    minVersion,
    principals,
  }: NonNullable<ListenerSettings['tls']>,
  secrets: SecretService,
): TlsConfig {
  const text = (source: SecretSource): PemText => ({ from: placeOfSecret(source), read: () => secrets.read(source) })
  return {
    certificate: text(certificate),
    key: text(key),
    clients: clientCertificates,
    ...(clientAuthorities ? { authorities: text(clientAuthorities) } : {}),
    minVersion: `TLSv${minVersion}`,
    principalRules: principals,
  }
}
