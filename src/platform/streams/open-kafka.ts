import { connectKafka } from '../../stream/client/connect.ts'
import type { KafkaClient, KafkaClientOptions } from '../../stream/client/kafka-client.ts'
import type { SecretService } from '../kinds/reconcile-services.ts'
import { createSecretService } from '../kinds/secret/read-secret.ts'
import type { KafkaAccess, KafkaTlsPlaces, SaslSettings } from './kafka-access.ts'

/** Reads the secrets where it runs, and connects. WEIR-7006 for a secret that is not there, else as `connectKafka`. */
export async function openKafka(
  access: KafkaAccess,
  options: Pick<KafkaClientOptions, 'clientId' | 'deadlineMs' | 'onWaiting'>,
): Promise<KafkaClient> {
  const secrets = createSecretService(access.projectDirectory)
  return connectKafka({
    ...options,
    bootstrap: access.bootstrap,
    ...(access.tls === undefined ? {} : { tls: await tlsOf(access.tls, secrets) }),
    ...(access.sasl === undefined ? {} : { login: await loginOf(access.sasl, secrets) }),
  })
}

async function tlsOf(
  { authorities, certificate, key }: KafkaTlsPlaces,
  secrets: SecretService,
): Promise<NonNullable<KafkaClientOptions['tls']>> {
  return {
    ...(authorities === undefined ? {} : { ca: await secrets.read(authorities) }),
    ...(certificate === undefined ? {} : { cert: await secrets.read(certificate) }),
    ...(key === undefined ? {} : { key: await secrets.read(key) }),
  }
}

async function loginOf(
  { mechanism, user, password }: SaslSettings,
  secrets: SecretService,
): Promise<NonNullable<KafkaClientOptions['login']>> {
  return { mechanism, user, password: await secrets.read(password) }
}
