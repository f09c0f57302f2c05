import type { LetterFile } from '../../record/delivery-state.ts'
import type { DeliveryTable } from '../table/delivery-table.ts'
import type { Letter, LetterFilter } from './letter.ts'
import { lettersIn } from './read-letters.ts'

/** Letters of one file, which never changes; whether they still are in force is for the state of the moment to say. */
export interface FileLetters {
  readonly path: string
  readonly letters: readonly Letter[]
}

/** Of one commit, unless one file holds more: files are small when few records are bad, and many by then. */
const bytesMax = 16 * 1024 * 1024

/** The letters that pass the filter, each file read once, gathered from as many files as fit into memory together. */
export async function* letterBatches(
  table: Pick<DeliveryTable, 'get'>,
  files: readonly LetterFile[],
  filter: LetterFilter,
): AsyncGenerator<readonly FileLetters[]> {
  let batch: FileLetters[] = []
  let bytes = 0
  for (const file of files) {
    const letters = (await lettersIn(table, file, filter)).map(({ letter }) => letter)
    if (letters.length === 0) continue
    const size = letters.reduce((sum, letter) => sum + sizeOf(letter), 0)
    if (batch.length > 0 && bytes + size > bytesMax) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push({ path: file.path, letters })
    bytes += size
  }
  if (batch.length > 0) yield batch
}

function sizeOf({ key, value, reason }: Letter): number {
  return 256 + (key?.length ?? 0) + (value?.length ?? 0) + reason.length
}
