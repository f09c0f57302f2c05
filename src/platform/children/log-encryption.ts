import { commandKey } from '../../stream/broker/encryption/command-key.ts'
import { secretKey, type CustomerKey } from '../../stream/broker/encryption/customer-key.ts'
import type { BrokerConfig } from '../../stream/broker/broker.ts'
import type { SecretService } from '../kinds/reconcile-services.ts'
import { createSecretService, placeOfSecret } from '../kinds/secret/read-secret.ts'
import type { EncryptionKeySource } from '../project/stream-settings.ts'
import type { LogChildConfig } from './child-methods.ts'

/** The customer's keys, read in the log's own process. */
export async function logEncryption({
  encryption,
  projectDirectory,
}: LogChildConfig): Promise<{ readonly encryption: BrokerConfig['encryption'] }> {
  if (!encryption) return { encryption: undefined }
  const secrets = createSecretService(projectDirectory)
  const [key, ...oldKeys] = await Promise.all(
    [encryption.key, ...encryption.oldKeys].map((source) => customerKey(source, secrets)),
  )
  return { encryption: { key: key!, oldKeys } }
}

async function customerKey(source: EncryptionKeySource, secrets: SecretService): Promise<CustomerKey> {
  if ('command' in source) return commandKey(source.command, source.name)
  return secretKey(await secrets.read(source), placeOfSecret(source))
}
