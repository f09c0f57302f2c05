import type { TrinoConfig } from '../../sql/trino/trino-config.ts'
import type { SecretService } from '../kinds/reconcile-services.ts'
import type { SqlSettings } from '../project/sql-settings.ts'

/** The settings with their secrets. */
export async function trinoConfig(settings: SqlSettings, secrets: SecretService): Promise<TrinoConfig> {
  const { trino: url, user, password, token, catalog, schema } = settings
  return {
    url,
    user,
    catalog,
    schema,
    ...(password === undefined ? {} : { password: await secrets.read(password) }),
    ...(token === undefined ? {} : { token: await secrets.read(token) }),
  }
}
