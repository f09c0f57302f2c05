import { z } from 'zod'
import { parseJson, toLong } from '../json.ts'
import { updateActions } from '../metadata/apply-updates.ts'
import type { TableRequirement } from '../metadata/requirement.ts'
import type { PartitionSpec, SortOrder } from '../metadata/table-metadata.ts'
import type { TableUpdate } from '../metadata/update.ts'
import type { Schema } from '../types/type.ts'
import { RestError } from './rest-error.ts'

/** Bodies of requests, checked as far as the code relies on them; keys that are not named are kept. */
export const text = z.record(z.string(), z.string())
const long = z.union([z.number(), z.bigint()]).transform((value) => toLong(value))
export const id = z.int()

const field: z.ZodType = z.lazy(() =>
  z.looseObject({
    id,
    name: z.string(),
    type,
    // Java leaves it out nowhere, others where it is false.
    required: z.boolean().default(false),
  }),
)
const type: z.ZodType = z.lazy(() =>
  z.union([
    z.string(),
    z.looseObject({ type: z.literal('struct'), fields: z.array(field) }),
    z.looseObject({ type: z.literal('list'), 'element-id': id, element: type, 'element-required': z.boolean() }),
    z.looseObject({
      type: z.literal('map'),
      'key-id': id,
      key: type,
      'value-id': id,
      value: type,
      'value-required': z.boolean(),
    }),
  ]),
)
export const schema = z
  .looseObject({ type: z.literal('struct'), 'schema-id': id.default(0), fields: z.array(field) })
  .transform((value) => value as unknown as Schema)
const partitionField = z
  .looseObject({
    'source-id': id.optional(),
    'source-ids': z.array(id).min(1).optional(),
    'field-id': id.optional(),
    name: z.string(),
    transform: z.string(),
  })
  .refine((field) => field['source-id'] !== undefined || field['source-ids'] !== undefined, {
    message: 'Invalid input: expected a number',
    path: ['source-id'],
  })
const spec = z.looseObject({ 'spec-id': id.optional(), fields: z.array(partitionField) }).transform((value) => ({
  fields: value.fields as unknown as PartitionSpec['fields'],
}))
const order = z
  .looseObject({
    'order-id': id.default(0),
    fields: z.array(z.looseObject({ 'source-id': id, transform: z.string() })),
  })
  .transform((value) => value as unknown as SortOrder)

const ref = {
  'snapshot-id': long,
  type: z.enum(['branch', 'tag']),
}

const snapshot = z.looseObject({
  'snapshot-id': long,
  'parent-snapshot-id': long.nullish(),
  'sequence-number': z.int().optional(),
  'timestamp-ms': z.int(),
  'manifest-list': z.string(),
  summary: text.optional(),
})

/** Updates that tables and views have alike. */
export const simpleUpdates: Readonly<Record<string, z.ZodType>> = {
  'assign-uuid': z.looseObject({ uuid: z.string() }),
  'upgrade-format-version': z.looseObject({ 'format-version': id }),
  'set-location': z.looseObject({ location: z.string() }),
  'set-properties': z.preprocess(
    // Older clients send `updated`.
    (value) => ({ updates: (value as { updated?: unknown }).updated, ...(value as object) }),
    z.looseObject({ updates: text }),
  ),
  'remove-properties': z.preprocess(
    (value) => ({ removals: (value as { removed?: unknown }).removed, ...(value as object) }),
    z.looseObject({ removals: z.array(z.string()) }),
  ),
}

const updateShapes: Readonly<Record<string, z.ZodType>> = {
  ...simpleUpdates,
  'add-schema': z.looseObject({ schema }),
  'set-current-schema': z.looseObject({ 'schema-id': id }),
  'add-spec': z.looseObject({ spec }),
  'set-default-spec': z.looseObject({ 'spec-id': id }),
  'add-sort-order': z.looseObject({ 'sort-order': order }),
  'set-default-sort-order': z.looseObject({ 'sort-order-id': id }),
  'add-snapshot': z.looseObject({ snapshot }),
  'set-snapshot-ref': z.looseObject({ 'ref-name': z.string(), ...ref }),
  'remove-snapshots': z.looseObject({ 'snapshot-ids': z.array(long) }),
  'remove-snapshot-ref': z.looseObject({ 'ref-name': z.string() }),
  'set-statistics': z.looseObject({ statistics: z.looseObject({ 'snapshot-id': long }) }),
  'remove-statistics': z.looseObject({ 'snapshot-id': long }),
  'set-partition-statistics': z.looseObject({ 'partition-statistics': z.looseObject({ 'snapshot-id': long }) }),
  'remove-partition-statistics': z.looseObject({ 'snapshot-id': long }),
  'remove-partition-specs': z.looseObject({ 'spec-ids': z.array(id) }),
  'remove-schemas': z.looseObject({ 'schema-ids': z.array(id) }),
}

/** Reads an update by the shape of its action; an action without one is not served. */
export function updateOf<Update>(shapes: Readonly<Record<string, z.ZodType>>): z.ZodType<Update> {
  return z.looseObject({ action: z.string() }).transform((value, context): Update => {
    const shape = Object.hasOwn(shapes, value.action) ? shapes[value.action] : undefined
    if (shape === undefined) {
      context.addIssue({ code: 'custom', message: `the update ${value.action} is not served` })
      return z.NEVER
    }
    const checked = shape.safeParse(value)
    if (checked.success) return checked.data as Update
    for (const { path, message } of checked.error.issues) context.addIssue({ code: 'custom', path: [...path], message })
    return z.NEVER
  })
}

const served = Object.entries(updateShapes).filter(([action]) => updateActions.has(action))
const update = updateOf<TableUpdate>(Object.fromEntries(served))

const requirement = z
  .discriminatedUnion('type', [
    z.looseObject({ type: z.literal('assert-create') }),
    z.looseObject({ type: z.literal('assert-table-uuid'), uuid: z.string() }),
    z.looseObject({
      type: z.literal('assert-ref-snapshot-id'),
      ref: z.string(),
      'snapshot-id': long.nullish().transform((value) => value ?? null),
    }),
    z.looseObject({ type: z.literal('assert-last-assigned-field-id'), 'last-assigned-field-id': id }),
    z.looseObject({ type: z.literal('assert-current-schema-id'), 'current-schema-id': id }),
    z.looseObject({ type: z.literal('assert-last-assigned-partition-id'), 'last-assigned-partition-id': id }),
    z.looseObject({ type: z.literal('assert-default-spec-id'), 'default-spec-id': id }),
    z.looseObject({ type: z.literal('assert-default-sort-order-id'), 'default-sort-order-id': id }),
  ])
  .transform((value) => value as TableRequirement)

/** It parts levels where they are kept: one that holds it would be two, and others be asked about than are changed. */
const level = z.string().refine((name) => !name.includes('\u001f'), 'a level of a namespace cannot hold U+001F')
const identifier = z.object({ namespace: z.array(level).min(1), name: z.string().min(1) })

const commit = z.object({
  identifier: identifier.nullish(),
  requirements: z.array(requirement).default([]),
  updates: z.array(update).default([]),
})

export const bodies = {
  createNamespace: z.object({
    namespace: z.array(z.string().min(1)).min(1),
    properties: text.nullish().transform((value) => value ?? {}),
  }),
  changeNamespace: z.object({
    removals: z
      .array(z.string())
      .nullish()
      .transform((value) => value ?? []),
    updates: text.nullish().transform((value) => value ?? {}),
  }),
  createTable: z.object({
    name: z.string().min(1),
    location: z.string().nullish(),
    schema,
    'partition-spec': spec.nullish(),
    'write-order': order.nullish(),
    'stage-create': z.boolean().nullish(),
    properties: text.nullish().transform((value) => value ?? {}),
  }),
  registerTable: z.object({
    name: z.string().min(1),
    'metadata-location': z.string(),
    overwrite: z.boolean().nullish(),
  }),
  report: z.looseObject({ 'report-type': z.string(), 'table-name': z.string() }),
  sign: z.object({
    region: z.string(),
    uri: z.string().min(1),
    method: z.enum(['PUT', 'GET', 'HEAD', 'POST', 'DELETE', 'PATCH', 'OPTIONS']),
    headers: z.record(z.string(), z.array(z.string())),
    // Whoever asks for files of a bucket of somebody else asks the wrong catalog.
    provider: z.literal('s3').nullish(),
  }),
  rename: z.object({ source: identifier, destination: identifier }),
  commit,
  transaction: z.object({ 'table-changes': z.array(commit.required({ identifier: true })) }),
}

/** The body as `shape` has it; 400 with the place that is wrong. */
export function readBody<T>(shape: z.ZodType<T>, body: string): T {
  let value: unknown
  try {
    value = parseJson(body)
  } catch (error) {
    throw new RestError(400, 'BadRequestException', `The body is not JSON: ${(error as Error).message}`)
  }
  const read = shape.safeParse(value)
  if (read.success) return read.data
  const issue = read.error.issues[0]!
  throw new RestError(
    400,
    'BadRequestException',
    `The body is wrong at ${issue.path.join('.') || 'its top'}: ${issue.message}`,
  )
}
