import { z } from 'zod'

/** How the bytes of a text file are packed. */
const compressions = ['none', 'gzip', 'zstd'] as const
export type Compression = (typeof compressions)[number]

/** A column as a file has it. `type` is an Iceberg type; null where no value was seen. */
const fileColumn = z.object({ name: z.string(), type: z.string().nullable() })
export type FileColumn = z.output<typeof fileColumn>

const text = { compression: z.enum(compressions), columns: z.array(fileColumn) }

/** What files look like inside. Many files share one. */
const fileShape = z.discriminatedUnion('format', [
  z.object({
    format: z.literal('csv'),
    ...text,
    delimiter: z.string(),
    quote: z.string(),
    header: z.boolean(),
    nullValues: z.array(z.string()),
  }),
  z.object({
    format: z.literal('json'),
    ...text,
    /** As DuckDB names them. */
    layout: z.enum(['newline_delimited', 'array', 'unstructured']),
  }),
  z.object({
    format: z.literal('parquet'),
    /** `physical` is DuckDB's type of the column. */
    columns: z.array(fileColumn.extend({ physical: z.string() })),
  }),
])
export type FileShape = z.output<typeof fileShape>
export type FileFormat = FileShape['format']

/** What tells a file from another one of its name. */
const identity = {
  /** From the folder of the crawler on, with `/`. */
  path: z.string(),
  sizeBytes: z.number(),
  modifiedMs: z.number(),
  /** Of an object in a bucket. */
  etag: z.string().optional(),
}

const tableColumn = z.object({
  name: z.string(),
  /** An Iceberg type. */
  type: z.string(),
  /** The folders' names have its values. */
  isPartition: z.boolean(),
  /** A value of it was seen: a column without one takes the type of the first that comes. */
  isKnown: z.boolean(),
  /** What the files call it, where that is another name. */
  source: z.string().optional(),
})
export type CrawledColumn = z.output<typeof tableColumn>

const tableFile = z.object({
  ...identity,
  /** Index into `shapes`. */
  shape: z.int(),
  /** Of the partition columns in their order, as the folders' names say them; null for none. */
  partition: z.array(z.string().nullable()),
  /** Of a Delta table: rows that are deleted. */
  vector: z
    .object({
      path: z.string().nullable(),
      offset: z.number(),
      sizeBytes: z.number(),
      inline: z.string().nullable(),
      rows: z.number(),
    })
    .optional(),
  /** Of a Delta table: what its log tells of a column's values, by the column's name. Bounds are Iceberg's, in base64. */
  bounds: z
    .record(
      z.string(),
      z.object({ nulls: z.number().optional(), lower: z.string().optional(), upper: z.string().optional() }),
    )
    .optional(),
})
export type CrawledFile = z.output<typeof tableFile>

const leftOutFile = z.object({ ...identity, reason: z.string(), detail: z.string() })
export type LeftOutFile = z.output<typeof leftOutFile>

/**
 * What a crawl found, as SQL reads it: written once, never changed, named by the crawler's pointer (docs/spec/crawler.md). `root` is
 * the absolute path of the folder, or `s3://bucket/prefix`, with its `/`.
 */
export const crawledTable = z.object({
  formatVersion: z.literal(1),
  crawler: z.string(),
  root: z.string(),
  /** Of a bucket: how it is reached. */
  bucket: z.record(z.string(), z.unknown()).optional(),
  /** ISO 8601. */
  crawledAt: z.string(),
  /** Of a Delta table: the version of its log. */
  deltaVersion: z.number().optional(),
  /** In the order of `select *`: those of the files, then those of the folders. */
  columns: z.array(tableColumn),
  shapes: z.array(fileShape),
  files: z.array(tableFile),
  leftOut: z.array(leftOutFile),
})
export type CrawledTable = z.output<typeof crawledTable>

/** Where a crawler's documents lie, below the warehouse. No namespace is called so: names of namespaces begin with a letter. */
export const crawlFolder = '_crawlers'

export function isCrawledTable(location: string): boolean {
  return location.includes(`/${crawlFolder}/`)
}
