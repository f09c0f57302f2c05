import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { FileWithDeletes } from '../../scan/applicable-deletes.ts'
import { deletedRowsSql } from '../../scan/deleted-rows.ts'
import type { Schema } from '../../types/type.ts'
import { holdFiles } from './hold-files.ts'
import type { RowEngine } from './row-engine.ts'

/** How many distinct rows of each file its deletes name, by location; files of which none is named are left out. */
export async function countDeleted(
  files: readonly FileWithDeletes[],
  table: { readonly schema: Schema; readonly schemas: readonly Schema[] },
  {
    store,
    engine,
  }: { readonly store: Pick<ObjectStore, 'hold' | 'copyBytesMax' | 'rowCopies'>; readonly engine: RowEngine },
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const { pathOf, release } = await holdFiles(files, store)
  try {
    const locations = new Map(files.map(({ file }) => [pathOf(file.location), file.location]))
    const counted = await engine.query(
      `SELECT path, count(DISTINCT pos) AS rows FROM (${deletedRowsSql(files, { ...table, pathOf })}) GROUP BY path`,
      signal,
    )
    return new Map(counted.map(({ path, rows }) => [locations.get(String(path))!, Number(rows)]))
  } finally {
    release()
  }
}
