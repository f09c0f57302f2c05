import { z } from 'zod'

const fileReport = z
  .strictObject({
    path: z.string(),
    sizeBytes: z.number(),
    format: z.string().nullable(),
    compression: z.string().nullable(),
    why: z.array(z.string()).describe('One sentence for each thing that was decided.'),
    columns: z.array(z.strictObject({ name: z.string(), type: z.string().nullable() })),
    typeReasons: z
      .array(z.strictObject({ column: z.string(), row: z.number(), value: z.string() }))
      .describe('The row and the value that left a column no narrower type.'),
    rows: z.number().nullable().describe('Rows that were looked at.'),
    isWhole: z.boolean().describe('Whether those are all.'),
    leftOut: z.strictObject({ reason: z.string(), detail: z.string() }).nullable(),
  })
  .meta({ id: 'CrawledFile' })

/** Files of a crawl on one page. */
export const crawledFiles = z
  .strictObject({ items: z.array(fileReport), total: z.number() })
  .meta({ id: 'CrawledFiles' })
