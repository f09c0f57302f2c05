import { z } from 'zod'

const snapshot = z.string().describe('Decimal text: other engines use 63 bits.')
const ofSnapshot = snapshot.nullable().describe('Whose files these are; null for a table that never had one.')
const ms = z.int().describe('Milliseconds since the epoch.')
const known = (what: string) => z.int().nullable().describe(`${what}; null where the snapshot does not say.`)

const layoutField = z
  .strictObject({
    name: z.string().describe('As the partition is called; empty in a sort order.'),
    column: z.string(),
    transform: z.string().describe('identity, year, month, day, hour, bucket[16], truncate[4] or void.'),
    order: z.string().nullable().describe('asc nulls-first, for one; null in a partition spec.'),
  })
  .meta({ id: 'LayoutField' })

const column = z
  .strictObject({
    id: z.int().describe('The field id: it stays when the column is renamed.'),
    column: z.string().describe('Fields within a column follow it: address, address.zip.'),
    depth: z.int().describe('0 for a column, 1 for what it holds.'),
    type: z.string(),
    required: z.boolean(),
    key: z.boolean().describe('Whether its values tell rows from each other (identifier field ids).'),
    doc: z.string().nullable(),
    default: z.string().nullable().describe('What a row without a value gets, as JSON.'),
  })
  .meta({ id: 'TableColumn' })

export const tableDescription = z
  .strictObject({
    namespace: z.string(),
    name: z.string(),
    uuid: z.string(),
    formatVersion: z.int(),
    location: z.string(),
    metadataLocation: z.string(),
    updatedAt: ms,
    snapshot: ofSnapshot,
    snapshots: z.int().describe('How many are kept.'),
    rows: known(
      'Rows of its files, without those that files of deletes name; null too where rows were deleted by value',
    ),
    records: known('Rows of its files, with those that files of deletes name'),
    dataFiles: known('Files of rows'),
    deleteFiles: known('Files of deletes'),
    deletes: known('Rows that those name'),
    bytes: known('Of all these files'),
    schemaId: z.int(),
    columns: z.array(column).readonly(),
    partitionedBy: z.array(layoutField).readonly(),
    sortedBy: z.array(layoutField).readonly(),
    properties: z.record(z.string(), z.string()),
    compactsTo: z.int().nullable().describe('Bytes that compaction puts files together to; null where it is off.'),
  })
  .meta({ id: 'TableDescription' })

export const columnDifference = z
  .strictObject({
    change: z.enum([
      'added',
      'dropped',
      'renamed',
      'widened',
      'made optional',
      'made required',
      'described',
      'default changed',
      'made a key',
      'no key any more',
    ]),
    column: z.string(),
    before: z.string().nullable(),
    after: z.string().nullable(),
  })
  .meta({ id: 'ColumnDifference' })

const schemaVersion = z
  .strictObject({
    id: z.int(),
    current: z.boolean(),
    columns: z.int(),
    before: z.int().nullable().describe('The schema that changes starts from; null for the first.'),
    changes: z.array(columnDifference).readonly(),
    since: z
      .strictObject({
        snapshot,
        at: ms,
        exact: z.boolean().describe('false: an expired snapshot may have been the first.'),
      })
      .nullable()
      .describe('The first snapshot written with it, of those that are kept; null when there is none.'),
  })
  .meta({ id: 'SchemaVersion' })

const layoutVersion = z
  .strictObject({ id: z.int(), current: z.boolean(), fields: z.array(layoutField).readonly() })
  .meta({ id: 'LayoutVersion' })

export const tableSchemas = z
  .strictObject({
    schemas: z.array(schemaVersion).readonly().describe('Newest first.'),
    partitionSpecs: z.array(layoutVersion).readonly().describe('Newest first; the metadata does not say since when.'),
    sortOrders: z.array(layoutVersion).readonly().describe('Newest first.'),
  })
  .meta({ id: 'TableSchemas' })

const next = z.string().nullable().describe('For the next page, which is of the same snapshot; null at the last.')

const file = z
  .strictObject({
    content: z.enum(['data', 'position-deletes', 'equality-deletes']),
    path: z.string(),
    format: z.string(),
    partition: z.string().describe('ts_day=2026-11-29/region=eu; empty where the table has no partitions.'),
    specId: z.int(),
    rows: z.int().describe('Of rows, or of deletes.'),
    bytes: z.int(),
    sequence: z.int().describe('The data sequence number: deletes of it and above touch its rows.'),
    snapshot: z.string().describe('That added it.'),
    small: z.boolean().describe('Whether compaction puts it together with others.'),
  })
  .meta({ id: 'TableFile' })

const sizeClass = z
  .strictObject({
    below: z.int().nullable().describe('Bytes; null: of any size.'),
    files: z.int(),
    bytes: z.int(),
  })
  .meta({ id: 'FileSizeClass' })

export const tableFiles = z
  .strictObject({
    snapshot: ofSnapshot,
    items: z.array(file).readonly(),
    next,
    summary: z
      .strictObject({
        dataFiles: z.int(),
        dataBytes: z.int(),
        rows: z.int(),
        deleteFiles: z.int(),
        deleteBytes: z.int(),
        deletes: z.int().describe('Rows that files of deletes name, or values; some may name the same.'),
        smallFiles: z.int(),
        smallBelow: z.number().describe('Bytes below which a file is small.'),
        sizes: z.array(sizeClass).readonly().describe('Of files of rows: each from the size of the class before on.'),
      })
      .describe('Of all files that are meant, not of the page.'),
  })
  .meta({ id: 'TableFiles' })

const fileColumn = z
  .strictObject({
    id: z.int(),
    column: z.string(),
    type: z.string(),
    bytes: z.int().nullable(),
    values: z.int().nullable().describe('Nulls included.'),
    nulls: z.int().nullable(),
    lower: z.string().nullable().describe('As text; writers cut long ones.'),
    upper: z.string().nullable(),
  })
  .meta({ id: 'FileColumn' })

export const fileColumns = z.strictObject({ items: z.array(fileColumn).readonly() }).meta({ id: 'FileColumns' })

const partition = z
  .strictObject({
    partition: z.string(),
    specId: z.int(),
    rows: z.int(),
    files: z.int(),
    bytes: z.int(),
    deleteFiles: z.int(),
    positionDeletes: z.int(),
    equalityDeletes: z.int(),
    changedBy: z.string().describe('The newest snapshot that added a file which is still there.'),
    changedAt: ms.nullable().describe('Milliseconds since the epoch; null where that snapshot has expired.'),
  })
  .meta({ id: 'TablePartition' })

export const tablePartitions = z
  .strictObject({
    snapshot: ofSnapshot,
    items: z.array(partition).readonly(),
    next,
    total: z.int().describe('How many partitions there are.'),
  })
  .meta({ id: 'TablePartitions' })

const client = z
  .strictObject({
    name: z.string().describe('psql, pyiceberg, spark, trino or duckdb; delta-rs of a Delta table in a folder.'),
    title: z.string().describe('For people: Python, PyIceberg, for one.'),
    reads: z.string(),
    needs: z.string(),
    language: z.enum(['shell', 'python', 'properties', 'sql']),
    text: z.string().describe('Written for this machine; secrets come from WEIR_PASSWORD and WEIR_TOKEN.'),
  })
  .meta({ id: 'TableClient' })

export const tableClients = z.strictObject({ items: z.array(client).readonly() }).meta({ id: 'TableClients' })
