import type { DataFile } from '../../../lake/manifest/data-file.ts'
import { tableSchema } from '../../../lake/metadata/read.ts'
import { touchedReason } from '../../../lake/commit/touched-files.ts'
import { applicableDeletes, hasDeletes } from '../../../lake/scan/applicable-deletes.ts'
import { placedRowsSql } from '../../../lake/scan/live-rows.ts'
import type { TableName } from '../../engine-host.ts'
import { quoteName } from '../../gate/statement.ts'
import type { PendingFile, PendingTable } from '../../snapshot/pending-table.ts'
import type { WrittenPlan } from '../../snapshot/table-plan.ts'
import { sqlError } from '../../sql-error.ts'
import type { WorkFile } from './work-file.ts'
import { type FileWriter, readFiles, writeDataFiles, writeDeletes } from './write-files.ts'

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

/** The table after an UPDATE, a DELETE or a MERGE. */
export async function withWork(
  before: PendingTable,
  plan: WrittenPlan,
  work: WorkFile,
  writer: FileWriter,
): Promise<PendingTable> {
  const rows = work.rows ? await writeDataFiles(writer, work.rows) : []
  if (work.touched.size === 0) return withAdded(before, rows)
  const base = onNewerSnapshot(before, plan)
  const own = base.added.filter(({ path }) => work.touched.has(path))
  const left = own.length > 0 ? await withoutTouched(own, plan, work, writer) : []
  const changed = await deletedFrom(base, plan, work, writer)
  return { ...changed, added: [...base.added.filter((one) => !own.includes(one)), ...left, ...rows] }
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

/** Deletes of an earlier statement and of this one in the same file become one file of deletes. */
async function deletedFrom(
  before: PendingTable,
  plan: WrittenPlan,
  work: WorkFile,
  writer: FileWriter,
): Promise<PendingTable> {
  const deletes = new Map(before.deletes.map((one) => [one.file.referencedDataFile, one]))
  const removed: DataFile[] = [...before.removed]
  const touched = new Set(applicableDeletes(plan.scan).flatMap((one) => (hasDeletes(one) ? [one.file.location] : [])))
  for (const file of plan.committed.dataFiles) {
    const path = plan.pathOf(file.location)
    const rows = work.touched.get(path)
    if (rows === undefined) continue
    const earlier = deletes.get(file.location)
    if (rows === file.recordCount && !touched.has(file.location)) removed.push(file)
    else {
      const more = earlier ? ` UNION ALL SELECT pos FROM ${readFiles(earlier.path)}` : ''
      deletes.set(file.location, await writeDeletes(writer, file, work.positions(path) + more))
    }
  }
  return { ...before, deletes: [...deletes.values()], removed }
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
  const places = { file: 'weir_path', position: 'weir_pos' }
  const placed = placedRowsSql(
    { ...plan.scan, dataFiles, deleteFiles: [] },
    { schemas: plan.metadata.schemas, pathOf: plan.pathOf },
    places,
  )
  const columns = schema.fields.map(({ name }) => quoteName(name)).join(', ')
  return writeDataFiles(
    writer,
    `SELECT ${columns} FROM (${placed}) AS kept WHERE NOT EXISTS (
      SELECT 1 FROM (${work.places}) AS gone WHERE gone.path = kept.weir_path AND gone.pos = kept.weir_pos)`,
  )
}
