import { z } from 'zod'
import { size } from '../kinds/fields.ts'

const port = (what: string) => z.int().min(0).max(65_535).optional().describe(`Port of ${what}; 0 takes any.`)

/** Options of defineProject about the place where the project runs; an environment may set each of them anew. */
export const settingsSchema = z.strictObject({
  dataDirectory: z
    .string()
    .min(1)
    .optional()
    .describe('Where data lies, from the folder of the project; .weir without it.'),
  ports: z
    .strictObject({
      kafka: port('the Kafka protocol'),
      postgres: port('PostgreSQL'),
      http: port('HTTP, console and Iceberg'),
    })
    .prefault({})
    .describe('Ports; 19092, 15432 and 4000 without it. Options of the command line go before them.'),
  diskBudget: size()
    .optional()
    .describe('What the data directory may take; a warning comes before. No limit without it.'),
  autoCreateTopics: z.boolean().default(true).describe('Whether a topic that a Kafka client names is created.'),
  defaultPartitions: z.int().min(1).max(1000).default(4).describe('Partitions of topics that are created so.'),
  streams: z
    .strictObject({ bootstrap: z.array(z.string().min(1)).min(1).describe('Addresses of its brokers: kafka-1:9092.') })
    .optional()
    .describe('A Kafka that stands in for the embedded log. Refused in this version: only the embedded log is used.'),
  objects: z
    .string()
    .regex(/^s3:\/\/[^/]+/, 'write it like s3://bucket/prefix')
    .optional()
    .describe(
      'Where files of tables lie: s3://bucket/prefix. A folder of the data directory without it. Refused in this version: only that folder is used.',
    ),
  metadata: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'write it like postgres://user@host/database')
    .optional()
    .describe('A PostgreSQL for the metadata; SQLite in the data directory without it.'),
})

export type SettingsInput = z.input<typeof settingsSchema>
export type Settings = z.output<typeof settingsSchema>

/** An environment sets some of them; nothing is filled in. */
export const environmentSchema = settingsSchema
  .partial()
  .extend({ ports: settingsSchema.shape.ports.unwrap().optional() })
