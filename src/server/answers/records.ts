import { z } from 'zod'
import { decimal, time } from './list.ts'

export const deadLetter = z
  .strictObject({
    delivery: z.string(),
    source: z.string().describe('Id of the topic.'),
    partition: z.int(),
    offset: decimal('Of the record.'),
    timestamp: time('Of the record.'),
    code: z.string().describe('WEIR-5xxx; weir explain says more.'),
    reason: z.string(),
    value: z.string().describe('As text; bytes that are not UTF-8 are replaced.'),
  })
  .meta({ id: 'DeadLetter' })

export const letterReason = z
  .strictObject({ code: z.string(), cause: z.string(), remedy: z.string() })
  .meta({ id: 'LetterReason' })

export const replayResult = z
  .strictObject({ replayed: z.int().describe('Records that are rows now.'), stillRejected: z.int() })
  .meta({ id: 'ReplayResult' })

export const flushed = z.strictObject({
  snapshotId: z.string().nullable().describe('Of the commit, if there was any.'),
})
export const resumed = z.strictObject({ resumed: z.string(), choice: z.string() })

const decodedValue = z
  .strictObject({
    format: z.enum(['null', 'avro', 'json', 'text', 'bytes']),
    text: z.string().describe('JSON, the text, or the bytes in hexadecimal.'),
    schema: z
      .strictObject({
        id: z.int(),
        type: z.string(),
        subject: z.string(),
        version: z.int(),
        name: z.string().optional(),
      })
      .optional()
      .describe('Of the schema registry; by it the bytes were read.'),
    problem: z.string().optional().describe('Why bytes that name a schema were not read by it.'),
  })
  .meta({ id: 'DecodedValue' })

export const streamSubject = z
  .strictObject({
    subject: z.string(),
    part: z.enum(['key', 'value', 'record']).describe('Of the records whose schemas it has.'),
    version: z.int().describe('The latest.'),
    id: z.int().describe('Of the latest version.'),
    type: z.string(),
    versions: z.int().describe('How many there are.'),
  })
  .meta({ id: 'StreamSubject' })

export const streamRecord = z
  .strictObject({
    partition: z.int(),
    offset: decimal('Of the record.'),
    timestamp: time('Of the record.'),
    key: z.string().nullable(),
    value: z.string().nullable().describe('As text; null for a tombstone.'),
    headers: z.record(z.string(), z.string()),
    bytes: z.int(),
    decoded: z.strictObject({ key: decodedValue, value: decodedValue }),
  })
  .meta({ id: 'StreamRecord' })

export const produced = z.strictObject({ produced: z.int().describe('Records that are durable now.') })

export const sqlAnswer = z
  .strictObject({
    columns: z
      .array(z.strictObject({ name: z.string(), type: z.string().describe("PostgreSQL's name of the type.") }))
      .readonly(),
    rows: z.array(z.array(z.unknown()).readonly()).readonly(),
    truncated: z.boolean().describe('Whether there are more rows.'),
    ms: z.number(),
    notices: z.array(z.string()).readonly(),
  })
  .meta({ id: 'SqlAnswer' })
