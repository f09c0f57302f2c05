import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ListedFile } from '../finding.ts'

export interface Listing {
  /** Sorted by path. */
  readonly files: readonly ListedFile[]
  /** Names that are not data by convention (`_SUCCESS`, `.crc`, `_temporary/`); in a folder, folders among them. */
  readonly hidden: number
  readonly excluded: number
}

/** More would not fit into the memory of who lists them, nor into one plan of a query. */
const filesMax = 1_000_000

export function refuseTooMany(count: number, place: string): void {
  if (count > filesMax)
    throw new WeirError(
      'WEIR-4022',
      `${place} has more than ${filesMax} files. Crawl its folders one by one, or exclude some`,
    )
}

/** As Hive and Spark have it; a folder `_month=1` is a partition nevertheless. */
export function isHiddenName(name: string): boolean {
  return name.startsWith('.') || (name.startsWith('_') && !name.includes('='))
}

/** The files of a Delta table hold rows that are deleted: only its log says which. `inside` ends in `/`, or is empty. */
export function deltaInside(place: string, inside: string): WeirError {
  return inside === ''
    ? new WeirError('WEIR-4025', `${place} is a Delta table. Leave format out, or say format: 'delta'`)
    : new WeirError(
        'WEIR-4025',
        `${place}/${inside} is a Delta table inside. Give it a crawler of its own, and exclude it here`,
      )
}

export function byPath(files: readonly ListedFile[]): readonly ListedFile[] {
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
