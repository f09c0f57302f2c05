import type { HeldObjects } from '../../../storage/objects/hold-all.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { FileWithDeletes } from '../../scan/applicable-deletes.ts'
import { holdScanned } from '../../scan/hold-scanned.ts'

/** Holds what DuckDB opens of each file and of the deletes that touch it. */
export function holdFiles(
  files: readonly FileWithDeletes[],
  store: Pick<ObjectStore, 'hold' | 'copyBytesMax' | 'rowCopies'>,
): Promise<HeldObjects> {
  return holdScanned(
    files.flatMap(({ file, deletes, byValue }) => [file, ...deletes, ...byValue]),
    store,
  )
}
