import { z } from 'zod'
import { duration, path, size } from '../kinds/fields.ts'
import { logMemoryBytesMin } from '../../stream/broker/memory-limits.ts'
import { bucketsSchema } from './bucket-settings.ts'
import { objectsSchema } from './object-settings.ts'
import { sqlSchema } from './sql-settings.ts'
import { streamsSchema } from './stream-settings.ts'
import { tablesSchema } from './table-settings.ts'
import { usersSchema } from './user-settings.ts'

const port = (what: string) => z.int().min(0).max(65_535).optional().describe(`Port of ${what}; 0 takes any.`)

/** DuckDB is told 250 to 300 MB less than the process may take; with less than this nothing would be left to it. */
const memoryMin = '512 MB'
const memory = (what: string) =>
  size({ least: memoryMin })
    .optional()
    .describe(`What ${what} may take, resident; one that takes more is ended and started again. At least ${memoryMin}.`)

/** Where the catalog's paths lie is not the project's to say. */
const ownSettings = ['namespace-separator', 'prefix', 'uri', 'token']
const clientSettings = z
  .record(z.string().min(1), z.string())
  .refine((settings) => !ownSettings.some((name) => name in settings), `${ownSettings.join(', ')} cannot be set here`)

/** Options of defineProject about the place where the project runs; an environment may set each of them anew. */
export const settingsSchema = z.strictObject({
  dataDirectory: path().optional().describe('Where data lies, from the folder of the project; .weir without it.'),
  ports: z
    .strictObject({
      kafka: port('the Kafka protocol'),
      postgres: port('PostgreSQL'),
      http: port('HTTP, console and Iceberg'),
    })
    .prefault({})
    .describe('Ports; 19092, 15432 and 4000 without it. Options of the command line go before them.'),
  diskBudget: size({ least: '64 MB' })
    .optional()
    .describe('What the data directory may take, at least 64 MB; a warning comes before. No limit without it.'),
  memory: z
    .strictObject({
      engine: memory('the SQL engine'),
      worker: memory('each worker of a delivery'),
      log: size({ least: `${logMemoryBytesMin / 1e6} MB` })
        .optional()
        .describe(
          `What the log may take: requests and answers of its clients wait when it is spent, and the connections and partitions that are open at once are bounded by it (1,500 and 3,800 with the least, 4,000 and 11,000 in 768 MB). At least ${logMemoryBytesMin / 1e6} MB; 768 MB without it.`,
        ),
    })
    .prefault({})
    .describe(
      'Budgets of memory. Without them the engine gets a quarter of the machine, 1 to 8 GB, and a worker a sixth, 1 to 4 GB.',
    ),
  autoCreateTopics: z
    .boolean()
    .optional()
    .describe('Whether a topic that a Kafka client names is created; true without it.'),
  offsetsRetention: duration({ least: '1 min', most: '1000000 days' })
    .optional()
    .describe('How long the offsets of a consumer group without members are kept, at least 1 min; 7 days without it.'),
  transactionTimeoutMax: duration({ least: '1 s', most: '24 days' })
    .optional()
    .describe(
      'The longest that a Kafka producer may leave a transaction open, 1 s to 24 days; 15 minutes without it. Flink asks for an hour.',
    ),
  defaultPartitions: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Partitions of topics whose maker does not say how many; 4 without it.'),
  streams: streamsSchema.optional().describe('How streams are reached, and by whom; or the Kafka that they lie in.'),
  users: usersSchema
    .optional()
    .describe(
      'Who logs in to SQL, the Iceberg catalog and the HTTP API by a name, with rights by policies. Without it there are administrators only.',
    ),
  objects: objectsSchema
    .optional()
    .describe(
      'Where files of tables lie: s3://bucket/prefix, or more of what is said here. A folder of the data directory without it.',
    ),
  buckets: bucketsSchema
    .optional()
    .describe(
      'Prefixes of buckets that others write and crawlers read, s3://bucket/prefix, and how each is reached. Nothing is ever written there.',
    ),
  tables: tablesSchema
    .optional()
    .describe(
      "An Iceberg REST catalog that takes the place of Weir's own: tables are made, found and committed there. Their files lie where objects says.",
    ),
  catalog: z
    .strictObject({
      defaults: clientSettings.prefault({}).describe('Settings that clients take unless they have their own.'),
      overrides: clientSettings.prefault({}).describe('Settings that clients take instead of their own.'),
    })
    .superRefine(({ defaults, overrides }, context) => {
      for (const name of Object.keys(defaults).filter((each) => each in overrides))
        context.addIssue({
          code: 'custom',
          path: ['defaults', name],
          message: 'overrides have it too, and go before; leave it out of one of them',
        })
    })
    .optional()
    .describe(
      'What Iceberg clients are told when they connect, such as io-impl or table-default.write.parquet.compression-codec.',
    ),
  sql: sqlSchema
    .optional()
    .describe(
      'A Trino that answers queries of the PostgreSQL port, over the same tables: their snapshots, without what is not committed yet. DuckDB without it.',
    ),
  metadata: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'write it like postgres://user@host/database')
    .optional()
    .describe('A PostgreSQL for the metadata; SQLite in the data directory without it.'),
})

export type SettingsInput = z.input<typeof settingsSchema>
export type Settings = z.output<typeof settingsSchema>

/** An environment sets some of them. Nothing is filled in: what would be goes before what the project says. */
export const environmentSchema = settingsSchema.partial().extend({
  ports: settingsSchema.shape.ports.unwrap().optional(),
  memory: settingsSchema.shape.memory.unwrap().optional(),
})
