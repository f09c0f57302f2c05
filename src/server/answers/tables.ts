import { z } from 'zod'
import { columnDifference } from './table-inspection.ts'

const count = (description: string) =>
  z.int().nullable().describe(`${description} null where the snapshot does not say.`)
const snapshot = z.string().describe('Decimal text: other engines use 63 bits.')
const at = z.int().describe('Milliseconds since the epoch.')

const changes = {
  rowsAdded: count('Rows.'),
  rowsRemoved: count('Rows, deleted or in files that went.'),
  filesAdded: count('Files of rows and of deletes.'),
  filesRemoved: count('Files of rows and of deletes.'),
  bytesAdded: count('Of those files.'),
  bytesRemoved: count('Of those files.'),
}

const historyEntry = z
  .strictObject({
    id: snapshot,
    parent: snapshot.nullable(),
    at,
    operation: z.string().describe('append, overwrite, delete, or replace: files written anew, no row changed.'),
    ...changes,
    rows: count('Of the whole table.'),
    refs: z.array(z.string()).readonly().describe('Branches and tags that name it.'),
    place: z.enum(['current', 'before', 'beside']).describe('beside: rolled back, of another branch, or staged.'),
    by: z.string().nullable().describe('Who wrote it, as far as the snapshot tells.'),
  })
  .meta({ id: 'Snapshot' })

const ref = z
  .strictObject({
    name: z.string(),
    type: z.enum(['branch', 'tag']),
    snapshot,
    maxAgeMs: z.int().nullable().describe('How old its snapshot may become; null: for ever.'),
  })
  .meta({ id: 'SnapshotRef' })

export const tableHistory = z
  .strictObject({ items: z.array(historyEntry).readonly().describe('Newest first.'), refs: z.array(ref).readonly() })
  .meta({ id: 'TableHistory' })

const end = z.strictObject({ snapshot, at, rows: count('Of the whole table.') }).meta({ id: 'SnapshotEnd' })

export const snapshotDiff = z
  .strictObject({
    from: end,
    to: end,
    changes: z
      .strictObject(changes)
      .nullable()
      .describe('Summed up over the snapshots between; null when some of them have expired.'),
    operations: z.record(z.string(), z.int()).describe('How many snapshots between did what.'),
    columns: z.array(columnDifference).readonly(),
    sql: z.string().describe('A query for the rows themselves.'),
  })
  .meta({ id: 'SnapshotDiff' })

export const rollbackPlan = z
  .strictObject({
    from: end,
    to: end,
    undone: z.array(snapshot).readonly().describe('Snapshots whose changes go from the table, newest first.'),
    deliveries: z.array(z.string()).readonly().describe('Those into the table: each stops and asks.'),
  })
  .meta({ id: 'RollbackPlan' })

export const listedTable = z
  .strictObject({
    namespace: z.string(),
    name: z.string(),
    by: z
      .enum(['project', 'crawler', 'others'])
      .describe(
        'Whether the project declares it, a crawler found its files, or SQL or a client of the catalog made it.',
      ),
  })
  .meta({ id: 'ListedTable' })

export const createdRef = z.strictObject({ snapshot })
