import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { DataFile } from '../../../lake/manifest/data-file.ts'
import { countPositions } from '../../../lake/puffin/positions.ts'
import { applicableDeletes, type FileWithDeletes } from '../../../lake/scan/applicable-deletes.ts'
import { deletedRowsSql } from '../../../lake/scan/deleted-rows.ts'
import { blocksSql, positionsOfBlocks } from '../../../lake/scan/vector-rows.ts'
import { dataFolder } from '../../../lake/write/data-location.ts'
import { type DeletedRows, withOlderVector, writeDeletionVectors } from '../../../lake/write/deletion-vectors.ts'
import { under } from '../../../storage/objects/location.ts'
import type { PendingFile, PendingTable } from '../../snapshot/pending-table.ts'
import type { WrittenPlan } from '../../snapshot/table-plan.ts'
import type { WorkFile } from './work-file.ts'
import type { FileWriter } from './write-files.ts'

/**
 * Version 3. The vector of a file has all rows of it that are gone: those of this statement, of earlier ones and those that were deleted
 * before the transaction, by a vector or by files of position deletes. Vectors of one statement lie in one file.
 */
export async function deletedByVectors(
  before: PendingTable,
  plan: WrittenPlan,
  work: WorkFile,
  writer: FileWriter,
): Promise<PendingTable> {
  const committed = new Set(plan.committed.dataFiles.map(({ location }) => location))
  const rows: DeletedRows[] = []
  const removed: DataFile[] = []
  for (const one of applicableDeletes(plan.scan)) {
    const { file } = one
    const path = plan.pathOf(file.location)
    if (!committed.has(file.location) || !work.touched.has(path)) continue
    const found = await writer.run(blocksSql([work.positions(path), ...deletedBefore(one, plan)].join(' UNION ALL ')))
    const deleted = withOlderVector(one, positionsOfBlocks(found))
    if (countPositions(deleted.positions) === file.recordCount) removed.push(file)
    else rows.push(deleted)
  }
  const replaced = new Set([...rows.map(({ dataFile }) => dataFile), ...removed].map(({ location }) => location))
  const kept = before.deletes.filter(({ file }) => !replaced.has(file.referencedDataFile!))
  return {
    ...before,
    deletes: [...kept, ...(rows.length > 0 ? await writeVectors(rows, writer) : [])],
    removed: [...before.removed, ...removed],
  }
}

/** Rows that files of position deletes name, of when the table had version 2: a vector stands for them, too. */
function deletedBefore({ file, deletes }: FileWithDeletes, { scan, metadata, pathOf }: WrittenPlan): readonly string[] {
  const isOfFiles = deletes.length > 0 && deletes.every(({ deleted }) => deleted === undefined)
  if (!isOfFiles) return []
  const rows = deletedRowsSql([{ file, deletes, byValue: [] }], { ...scan, schemas: metadata.schemas, pathOf })
  return [`SELECT pos FROM (${rows})`]
}

async function writeVectors(
  rows: readonly DeletedRows[],
  { scratch, metadata }: FileWriter,
): Promise<readonly PendingFile[]> {
  const path = `${await scratch.folder()}/deletes.puffin`
  const location = under(dataFolder(metadata), `${randomUUID()}-deletes.puffin`)
  const store = { put: (_: string, bytes: Uint8Array) => writeFile(path, bytes, { flag: 'wx' }) }
  const written = await writeDeletionVectors(store, location, rows)
  return written.map((file, at) => ({ path, file, deleted: rows[at]!.positions }))
}
