import { z } from 'zod'
import type { SchemaRequest } from '../../stream/registry/decide/find-schema.ts'
import type { ConfigChange } from '../../stream/registry/decide/change-settings.ts'
import { RegistryRefusal, refusals } from '../../stream/registry/registry-refusal.ts'
import { idMax, type SchemaMetadata } from '../../stream/registry/state/registry-record.ts'

/** Settings that a real registry has besides: named when somebody sets them. */
const unsupportedSettings = [
  'aliasForDeks',
  'validateFields',
  'validateNewSchemas',
  'validateRules',
  'defaultMetadata',
  'overrideMetadata',
  'defaultRuleSet',
  'overrideRuleSet',
]
const unsupportedOfSchemas = ['schemaTagsToAdd', 'schemaTagsToRemove', 'propagateSchemaTags']

const texts = z.array(z.string())
const metadataSchema = z.strictObject({
  tags: z.record(z.string(), texts).nullish(),
  properties: z.record(z.string(), z.string()).nullish(),
  sensitive: texts.nullish(),
})
const referenceSchema = z.strictObject({ name: z.string(), subject: z.string(), version: z.int().min(-1).max(idMax) })
const schemaBody = z.strictObject({
  subject: z.string().nullish(),
  schema: z.string().nullish(),
  schemaType: z.string().nullish(),
  references: z.array(referenceSchema).nullish(),
  metadata: metadataSchema.nullish(),
  ruleSet: z.record(z.string(), z.unknown()).nullish(),
  version: z.int().min(-1).max(idMax).nullish(),
  id: z.int().min(-1).max(idMax).nullish(),
})
const configBody = z.strictObject({
  alias: z.string().nullable().optional(),
  normalize: z.boolean().nullable().optional(),
  compatibility: z.string().nullable().optional(),
  compatibilityPolicy: z.string().nullable().optional(),
  compatibilityGroup: z.string().nullable().optional(),
})
const modeBody = z.strictObject({ mode: z.string() })

/** A schema in the body of a request. Rules and tags are refused, not dropped. */
export function readSchemaBody(body: unknown): SchemaRequest {
  const { schema, schemaType, references, metadata, ruleSet, version, id } = read(
    schemaBody,
    body,
    unsupportedOfSchemas,
  )
  if (ruleSet && Object.values(ruleSet).some((rules) => Array.isArray(rules) && rules.length > 0))
    throw refusals.invalidRuleSet('Rule sets are not supported by this registry: register the schema without ruleSet')
  return {
    schema: schema ?? '',
    schemaType: schemaType ?? undefined,
    references: references ?? [],
    metadata: metadata ? orderedMetadata(metadata) : undefined,
    version: version ?? 0,
    id: id === null || id === undefined || id < 0 ? undefined : id,
  }
}

export function readConfigBody(body: unknown): ConfigChange {
  return read(configBody, body, unsupportedSettings) as ConfigChange
}

export function readModeBody(body: unknown): string {
  return read(modeBody, body, []).mode
}

function read<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  unsupported: readonly string[],
): z.output<Schema> {
  const result = schema.safeParse(withoutNothing(body, unsupported))
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const known = issue.code === 'unrecognized_keys' ? issue.keys.find((key) => unsupported.includes(key)) : undefined
  if (known !== undefined) throw refusals.unsupported(`${known} in the body of this request`)
  throw new RegistryRefusal(
    422,
    `the body of the request does not fit: ${issue.path.join('.') || 'it'}: ${issue.message}`,
  )
}

/** Clients name what they do not use, with null, false or nothing in it. */
function withoutNothing(body: unknown, unsupported: readonly string[]): unknown {
  if (typeof body !== 'object' || body === null) return body
  const isNothing = (value: unknown): boolean =>
    value === null || value === false || (Array.isArray(value) && value.length === 0)
  return Object.fromEntries(
    Object.entries(body).filter(([key, value]) => !unsupported.includes(key) || !isNothing(value)),
  )
}

/** Keys and lists in order, as they count to what the schema is; empty parts are none. */
function orderedMetadata({ tags, properties, sensitive }: z.output<typeof metadataSchema>): SchemaMetadata | undefined {
  const inOrder = <Value>(record: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> =>
    Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const unique = (list: readonly string[]): readonly string[] => [...new Set(list)].toSorted()
  const ordered = {
    ...(tags
      ? { tags: inOrder(Object.fromEntries(Object.entries(tags).map(([key, list]) => [key, unique(list)]))) }
      : {}),
    ...(properties ? { properties: inOrder(properties) } : {}),
    ...(sensitive ? { sensitive: unique(sensitive) } : {}),
  }
  return Object.keys(ordered).length === 0 ? undefined : ordered
}
