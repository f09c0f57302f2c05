/** A record of the `_schemas` topic, in the format of Confluent's registry. */
export interface RegistryRecord {
  readonly key: RegistryKey
  /** null is a tombstone. */
  readonly value: object | null
}

export interface SchemaKey {
  readonly keytype: 'SCHEMA'
  readonly subject: string
  readonly version: number
  readonly magic: number
}

export type RegistryKey =
  | SchemaKey
  | { readonly keytype: 'CONFIG' | 'MODE'; readonly subject?: string; readonly magic: number }
  | { readonly keytype: 'DELETE_SUBJECT' | 'CLEAR_SUBJECT'; readonly subject: string; readonly magic: number }
  | { readonly keytype: 'CONTEXT'; readonly tenant: string; readonly context: string; readonly magic: number }
  | { readonly keytype: 'NOOP'; readonly magic: number }

export interface StoredReference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

/** What people say of a schema; keys in order, for it counts to what the schema is. */
export interface SchemaMetadata {
  readonly tags?: Readonly<Record<string, readonly string[]>>
  readonly properties?: Readonly<Record<string, string>>
  readonly sensitive?: readonly string[]
}

/** The value of a SCHEMA record. What else another registry wrote in it stays in it. */
export interface SchemaValue {
  readonly subject: string
  readonly version: number
  readonly id: number
  /** AVRO without it. */
  readonly schemaType?: string
  readonly references?: readonly StoredReference[]
  readonly metadata?: SchemaMetadata
  /** Only other registries write it. */
  readonly ruleSet?: unknown
  readonly md5?: string
  readonly schema: string
  readonly deleted?: boolean
}

export interface ConfigValue {
  readonly subject?: string
  readonly alias?: string
  readonly normalize?: boolean
  readonly compatibilityLevel?: string
  readonly compatibilityPolicy?: string
  readonly compatibilityGroup?: string
}

export const schemaKey = (subject: string, version: number): RegistryKey => ({
  keytype: 'SCHEMA',
  subject,
  version,
  magic: 1,
})

/** Without subject: of all. */
export const settingKey = (keytype: 'CONFIG' | 'MODE', subject: string | undefined): RegistryKey => ({
  keytype,
  ...(subject === undefined ? {} : { subject }),
  magic: 0,
})

/** Undefined for what no registry writes. */
export function readRecord(key: Buffer | null, value: Buffer | null): RegistryRecord | undefined {
  const parsed = key === null ? undefined : parseObject(key)
  if (!isKey(parsed)) return undefined
  if (value === null) return { key: parsed, value: null }
  const body = parseObject(value)
  if (parsed.keytype === 'NOOP') return { key: parsed, value: body ?? {} }
  if (body === undefined || (parsed.keytype === 'SCHEMA' && !isSchemaValue(body))) return undefined
  return { key: parsed, value: body }
}

function isKey(key: object | undefined): key is RegistryKey {
  const { keytype, subject, version, context } = (key ?? {}) as Record<string, unknown>
  switch (keytype) {
    case 'SCHEMA':
      return typeof subject === 'string' && Number.isSafeInteger(version)
    case 'CONFIG':
    case 'MODE':
      return subject === undefined || subject === null || typeof subject === 'string'
    case 'DELETE_SUBJECT':
    case 'CLEAR_SUBJECT':
      return typeof subject === 'string'
    case 'CONTEXT':
      return typeof context === 'string'
    default:
      return keytype === 'NOOP'
  }
}

function isSchemaValue(value: object): value is SchemaValue {
  const { id, schema } = value as Partial<SchemaValue>
  return isId(id) && typeof schema === 'string'
}

function parseObject(bytes: Buffer): object | undefined {
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** Clients read ids as 32 bits. */
export const idMax = 2 ** 31 - 1

export function isId(id: unknown): id is number {
  return Number.isInteger(id) && (id as number) >= 0 && (id as number) <= idMax
}
