import { WeirError } from '../../kernel/errors/weir-error.ts'
import { holdAll, type HeldObjects } from '../../storage/objects/hold-all.ts'
import type { ObjectStore, RowCopies } from '../../storage/objects/object-store.ts'
import type { DataFile } from '../manifest/data-file.ts'

type Store = Pick<ObjectStore, 'hold' | 'copyBytesMax' | 'rowCopies'>

/** Holds files of a scan as DuckDB reads them: rows in Avro as copies of theirs in Parquet, all else as it is (`holdAll`). */
export async function holdScanned(files: readonly DataFile[], store: Store): Promise<HeldObjects> {
  const converted = new Map(files.filter(isConverted).map((file) => [file.location, file]))
  if (converted.size === 0) return holdAll(store, files)
  const copies = copiesOf(store, files)
  const hold = (location: string) => {
    const file = converted.get(location)
    return file === undefined ? store.hold(location) : copies.hold(file)
  }
  return holdAll({ ...(store.copyBytesMax === undefined ? {} : { copyBytesMax: store.copyBytesMax }), hold }, files)
}

/** What DuckDB opens for one file, for who cannot say when it is done (`ObjectStore.localPath`). */
export async function keepScanned(
  file: DataFile,
  store: Pick<ObjectStore, 'localPath' | 'rowCopies'>,
): Promise<string> {
  return isConverted(file) ? copiesOf(store, [file]).keep(file) : store.localPath(file.location)
}

/** Whether DuckDB reads another file in place of this one. */
export function isConverted({ content, format }: Pick<DataFile, 'content' | 'format'>): boolean {
  return content === 'data' && format === 'AVRO'
}

function copiesOf({ rowCopies }: Pick<ObjectStore, 'rowCopies'>, files: readonly DataFile[]): RowCopies {
  if (rowCopies !== undefined) return rowCopies
  const { location } = files.find(isConverted)!
  throw new WeirError('WEIR-4013', `${location} holds rows as Avro, and no copies of such files are made here`)
}
