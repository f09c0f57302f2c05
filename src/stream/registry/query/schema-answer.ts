import type { Registered } from '../decide/register-schema.ts'
import type { StoredReference } from '../state/registry-record.ts'
import type { StoredVersion } from '../state/stored-version.ts'

/** How a schema is answered; what is empty is left out, as clients know it. */
export interface SchemaAnswer {
  readonly subject?: string
  readonly version?: number
  readonly id?: number
  readonly guid: string
  readonly schemaType: string
  readonly references?: readonly StoredReference[]
  readonly metadata?: object
  readonly ruleSet?: unknown
  readonly schema: string
  readonly ts?: number
  readonly deleted?: boolean
  readonly maxId?: number
  readonly aliases?: readonly string[]
}

export function answerOf(stored: StoredVersion, schema = stored.value.schema): SchemaAnswer {
  const { subject, version, id, guid, type, value, timestampMs, deleted } = stored
  return {
    subject,
    version,
    id,
    guid,
    schemaType: type,
    ...(value.references?.length ? { references: value.references } : {}),
    ...(value.metadata === undefined ? {} : { metadata: value.metadata }),
    ...(value.ruleSet === undefined ? {} : { ruleSet: value.ruleSet }),
    schema,
    ts: timestampMs,
    ...(deleted ? { deleted } : {}),
  }
}

export function registeredAnswer({ version, id, guid, value }: Registered): SchemaAnswer {
  return {
    id,
    version,
    guid,
    schemaType: value.schemaType ?? 'AVRO',
    ...(value.references?.length ? { references: value.references } : {}),
    ...(value.metadata === undefined ? {} : { metadata: value.metadata }),
    schema: value.schema,
  }
}
