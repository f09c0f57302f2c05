import { z } from 'zod'
import { reference, time } from './list.ts'

export const resourceState = z
  .enum(['Creating', 'Active', 'Updating', 'Failed', 'Deleting'])
  .meta({ id: 'ResourceState' })

/** What `/openapi.json` calls `<kind>Spec` is the spec of that kind as it is written; here it is stored, defaults filled in. */
export const resource = z
  .strictObject({
    kind: z.string(),
    name: z.string(),
    spec: z.unknown().describe('As the schema of the kind gives it, defaults filled in.'),
    tags: z.record(z.string(), z.string()),
    origin: z
      .enum(['project', 'api', 'client'])
      .describe('Who asked for it: the project file, the API, a Kafka client.'),
    version: z.int().describe('Grows by one with each change; what If-Match takes.'),
    state: resourceState,
    reason: z.string().nullable().describe('Why it is in this state.'),
    references: z.array(reference).readonly().describe('What it uses.'),
    createdAt: time('When it was declared first.'),
    updatedAt: time('When its state or spec changed last.'),
  })
  .meta({ id: 'Resource' })

export const historyEntry = z
  .strictObject({
    version: z.int(),
    at: time('When it was declared so.'),
    actor: z.string(),
    spec: z.unknown(),
    tags: z.record(z.string(), z.string()),
  })
  .meta({ id: 'HistoryEntry' })

export const kindDescription = z
  .strictObject({
    kind: z.string(),
    plural: z.string(),
    summary: z.string().describe('What it is, in a sentence.'),
    example: z.string().describe('The TypeScript that declares one.'),
    schema: z.record(z.string(), z.unknown()).describe('JSON Schema of its spec.'),
  })
  .meta({ id: 'KindDescription' })

export const auditEntry = z
  .strictObject({
    at: time('When.'),
    actor: z.string(),
    action: z.string().describe('create, update, delete, state, or the name of an operation.'),
    kind: z.string(),
    name: z.string(),
    detail: z.unknown(),
  })
  .meta({ id: 'AuditEntry' })

export const resourceStatus = z
  .record(z.string(), z.unknown())
  .describe('Live figures; which ones depends on the kind.')
export const deleting = z.strictObject({ deleting: reference })
