import { z } from 'zod'
import type { ViewUpdate } from '../view/view-update.ts'
import type { ViewVersion } from '../view/view-metadata.ts'
import { id, schema, simpleUpdates, text, updateOf } from './request-body.ts'

/** A kind of representation that is not specified yet is kept as it is. */
const representation = z.union([
  z.looseObject({ type: z.literal('sql'), sql: z.string(), dialect: z.string().min(1) }),
  z.looseObject({ type: z.string().refine((type) => type !== 'sql', 'sql needs the keys sql and dialect') }),
])

const version = z
  .looseObject({
    'version-id': id,
    'schema-id': id,
    'timestamp-ms': z.int(),
    summary: text.default({}),
    representations: z.array(representation).min(1),
    'default-catalog': z.string().nullish(),
    'default-namespace': z.array(z.string()),
  })
  .transform((value) => value as unknown as ViewVersion)

const update = updateOf<ViewUpdate>({
  ...simpleUpdates,
  'add-schema': z.looseObject({ schema }),
  'add-view-version': z.looseObject({ 'view-version': version }),
  'set-current-view-version': z.looseObject({ 'view-version-id': id }),
})

/** Bodies of requests about views. */
export const viewBodies = {
  create: z.object({
    name: z.string().min(1),
    location: z.string().nullish(),
    schema,
    'view-version': version,
    properties: text.nullish().transform((value) => value ?? {}),
  }),
  commit: z.object({
    requirements: z
      .array(z.looseObject({ type: z.literal('assert-view-uuid'), uuid: z.string() }))
      .nullish()
      .transform((value) => value ?? []),
    updates: z.array(update).default([]),
  }),
  register: z.object({ name: z.string().min(1), 'metadata-location': z.string() }),
}
