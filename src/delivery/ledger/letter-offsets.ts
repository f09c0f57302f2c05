import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { DeliveryState, StateEntry } from '../../record/delivery-state.ts'
import { lettersIn } from '../letters/read-letters.ts'
import type { DeliveryTable } from '../table/delivery-table.ts'

/** Offsets of the letters of a partition that are in force, and what is wrong with their files. */
export async function letterOffsets(
  table: DeliveryTable,
  state: DeliveryState,
  { source, partition }: StateEntry,
): Promise<{ readonly offsets: ReadonlySet<string>; readonly trouble: readonly string[] }> {
  const offsets = new Set<string>()
  const trouble: string[] = []
  for (const file of state.letterFiles) {
    if (file.source !== source || file.partition !== partition) continue
    try {
      for (const { letter } of await lettersIn(table, file)) {
        if (offsets.has(letter.offset))
          trouble.push(`offset ${letter.offset} of partition ${partition} is in two dead letters`)
        offsets.add(letter.offset)
      }
    } catch (thrown) {
      trouble.push(`dead letters of partition ${partition} cannot be read: ${asWeirError(thrown).message}`)
    }
  }
  return { offsets, trouble }
}
