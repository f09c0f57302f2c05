import { tableSchema } from '../../../lake/metadata/read.ts'
import { touchedReason } from '../../../lake/commit/touched-files.ts'
import { applicableDeletes } from '../../../lake/scan/applicable-deletes.ts'
import { placedRowsSql } from '../../../lake/scan/live-rows.ts'
import { changedLineage } from '../../../lake/scan/row-lineage.ts'
import type { TableName } from '../../engine-host.ts'
import { quoteName } from '../../gate/statement.ts'
import type { PendingFile, PendingTable } from '../../snapshot/pending-table.ts'
import type { WrittenPlan } from '../../snapshot/table-plan.ts'
import { sqlError } from '../../sql-error.ts'
import { fileColumn, placeColumns, positionColumn, rowIdColumn } from '../bind/write-names.ts'
import type { WorkFile } from './work-file.ts'
import { deletedByFiles } from './deleted-by-files.ts'
import { deletedByVectors } from './deleted-by-vectors.ts'
import { type FileWriter, hasLineage, writeDataFiles } from './write-files.ts'

/** A table to which the transaction has done nothing yet. */
export function untouched({ schema, name }: TableName, { metadata }: WrittenPlan): PendingTable {
  return {
    schema,
    name,
    uuid: metadata['table-uuid'],
    read: undefined,
    schemaId: metadata['current-schema-id'],
    added: [],
    deletes: [],
    removed: [],
  }
}

/** The table with these rows besides. */
export function withAdded(before: PendingTable, added: readonly PendingFile[]): PendingTable {
  return { ...before, added: [...before.added, ...added] }
}

/** The table without any row. */
export function truncated(before: PendingTable, { committed }: WrittenPlan): PendingTable {
  return { ...before, read: committed, added: [], deletes: [], removed: committed.dataFiles }
}

/** The table after an UPDATE, a DELETE or a MERGE, and the files of the rows that are new. */
export async function withWork(
  before: PendingTable,
  plan: WrittenPlan,
  work: WorkFile,
  writer: FileWriter,
): Promise<{ readonly table: PendingTable; readonly rows: readonly PendingFile[] }> {
  // Where no row goes, all are inserted.
  const kind = work.touched.size === 0 ? 'new rows' : 'kept rows'
  const rows = work.rows ? await writeDataFiles(writer, work.rows, kind) : []
  if (work.touched.size === 0) return { table: withAdded(before, rows), rows }
  const base = onNewerSnapshot(before, plan)
  const own = base.added.filter(({ path }) => work.touched.has(path))
  const left = own.length > 0 ? await withoutTouched(own, plan, work, writer) : []
  const changed = hasLineage(plan.metadata)
    ? await deletedByVectors(base, plan, work, writer)
    : await deletedByFiles(base, plan, work, writer)
  const added = [...base.added.filter((one) => !own.includes(one)), ...left, ...rows]
  return { table: { ...changed, added }, rows }
}

/**
 * What an earlier statement deleted must still be there to be deleted: SQLSTATE 40001 as soon as it is known that others were first.
 */
function onNewerSnapshot(before: PendingTable, { committed }: WrittenPlan): PendingTable {
  if (before.read === undefined) return { ...before, read: committed }
  const touched = new Set([
    ...before.deletes.map(({ file }) => file.referencedDataFile),
    ...before.removed.map(({ location }) => location),
  ])
  const dataFiles = before.read.dataFiles.filter(({ location }) => touched.has(location))
  const reason = touchedReason(applicableDeletes({ ...before.read, dataFiles }), committed)
  if (reason === undefined) return { ...before, read: committed }
  throw conflict(`${before.schema}.${before.name}: ${reason}`)
}

export function conflict(reason: string): Error {
  return sqlError('WEIR-6013', `could not serialize access due to concurrent update: ${reason}`, {
    sqlstate: '40001',
    hint: 'Nothing was changed; run the transaction again.',
  })
}

/** Files of the transaction's own are written anew without the rows that go: nobody else has seen them. */
async function withoutTouched(
  own: readonly PendingFile[],
  plan: WrittenPlan,
  work: WorkFile,
  writer: FileWriter,
): Promise<readonly PendingFile[]> {
  const schema = tableSchema(plan.metadata)
  const locations = new Set(own.map(({ file }) => file.location))
  const dataFiles = plan.scan.dataFiles.filter(({ location }) => locations.has(location))
  const lineage = hasLineage(plan.metadata)
  const placed = placedRowsSql(
    { ...plan.scan, dataFiles, deleteFiles: [] },
    { schemas: plan.metadata.schemas, pathOf: plan.pathOf, lineage },
    placeColumns,
  )
  const columns = schema.fields.map(({ name }) => quoteName(name)).join(', ')
  const items = lineage ? `${columns}, ${changedLineage(rowIdColumn)}` : columns
  return writeDataFiles(
    writer,
    `SELECT ${items} FROM (${placed}) AS kept WHERE NOT EXISTS (
      SELECT 1 FROM (${work.places}) AS gone WHERE gone.path = kept.${fileColumn} AND gone.pos = kept.${positionColumn})`,
    'kept rows',
  )
}
