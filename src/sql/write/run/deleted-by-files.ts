import type { DataFile } from '../../../lake/manifest/data-file.ts'
import { applicableDeletes, hasDeletes } from '../../../lake/scan/applicable-deletes.ts'
import type { PendingTable } from '../../snapshot/pending-table.ts'
import type { WrittenPlan } from '../../snapshot/table-plan.ts'
import type { WorkFile } from './work-file.ts'
import { type FileWriter, readFiles, writeDeletes } from './write-files.ts'

/** Version 2. Deletes of an earlier statement and of this one in the same file become one file of position deletes. */
export async function deletedByFiles(
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
