import { holdAll, type HeldObjects } from '../../../storage/objects/hold-all.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { FileWithDeletes } from '../../scan/applicable-deletes.ts'

/** Holds what DuckDB opens of each file and of the deletes that touch it. */
export function holdFiles(
  files: readonly FileWithDeletes[],
  store: Pick<ObjectStore, 'hold' | 'copyBytesMax'>,
): Promise<HeldObjects> {
  return holdAll(
    store,
    files.flatMap(({ file, deletes, byValue }) => [file, ...deletes, ...byValue]),
  )
}
