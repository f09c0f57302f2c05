import { z } from 'zod'
import { time } from './list.ts'
import { maintenanceRun } from './maintenance.ts'

const processStatus = z
  .strictObject({
    name: z.string(),
    state: z.enum(['idle', 'starting', 'ready', 'waiting', 'failed', 'stopped']),
    pid: z.int().nullable(),
    restarts: z.int(),
    reason: z.string().nullable(),
    bytes: z.int().nullable().describe('Resident memory.'),
  })
  .meta({ id: 'ProcessStatus' })

const diskUse = z
  .strictObject({
    usedBytes: z.int().describe('Of the data directory.'),
    budgetBytes: z.int().describe('What it may take.'),
    freeBytes: z.int().describe('Free on its disk, as of now.'),
    warning: z.string().optional(),
  })
  .meta({ id: 'DiskUse' })

const objectCopies = z
  .strictObject({
    process: z.string(),
    of: z.enum(['objects', 'rows']).describe('Of objects in S3; or of rows in Avro, as Parquet.'),
    hits: z.int().describe('Since it started.'),
    misses: z.int().describe('Fetched or made, or waited for.'),
    evictions: z.int(),
    files: z.int(),
    bytes: z.int(),
    bytesMax: z.int().describe('What they may take.'),
  })
  .meta({ id: 'ObjectCopies' })

const endpoints = z
  .strictObject({
    kafka: z.string(),
    postgres: z.string(),
    http: z.string(),
    iceberg: z.string(),
    pid: z.int(),
    started: time('When all was ready.'),
  })
  .meta({ id: 'Endpoints' })

const rate = z.strictObject({ perSecond: z.number(), lagMs: z.number().nullable().optional() }).meta({ id: 'Rate' })

export const health = z.strictObject({ status: z.string() })
export const readiness = z.strictObject({ ready: z.boolean(), reasons: z.array(z.string()).readonly() })

export const status = z
  .strictObject({
    endpoints: endpoints.nullable().describe('null until all is ready.'),
    processes: z.array(processStatus).readonly(),
    disk: diskUse.nullable().describe('null before the first count.'),
    copies: z
      .array(objectCopies)
      .readonly()
      .describe('Of files of tables in S3, and of rows in Avro, by the process that keeps them.'),
    warnings: z.array(z.string()).readonly(),
    counted: z
      .array(z.enum(['stream', 'delivery']))
      .readonly()
      .describe('Kinds whose rates are known.'),
    rates: z.record(z.string(), rate).describe('By kind/name; streams that stand still are left out.'),
    maintenance: z.array(maintenanceRun).readonly(),
  })
  .meta({ id: 'Status' })

/** What every error looks like. */
export const errorAnswer = z
  .strictObject({
    error: z.strictObject({
      code: z.string().describe('WEIR-1234; weir explain says more.'),
      message: z.string(),
      remedy: z.string(),
      at: z.string().optional().describe('weir.config.ts:14:3, when a line of the project is at fault.'),
      details: z.record(z.string(), z.unknown()),
    }),
  })
  .meta({ id: 'ErrorAnswer' })
