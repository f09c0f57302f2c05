import { textFits } from '../look/text-fits.ts'

/** The type of a partition column by its values; text when no other holds them as they are written. */
export function partitionType(values: Iterable<string | null>): { readonly type: string; readonly isKnown: boolean } {
  let live = ['int', 'long', 'date']
  let isKnown = false
  for (const value of values) {
    if (value === null) continue
    isKnown = true
    live = live.filter((type) => textFits(value, type))
  }
  return { type: isKnown ? (live[0] ?? 'string') : 'string', isKnown }
}

/** Whether a folder's name is a value of the column. Zeros in front are for order: `month=01` is a 1 where an int is declared. */
export function partitionFits(value: string | null, type: string): boolean {
  if (value === null || type === 'string') return true
  return textFits(/^(int|long)$/.test(type) ? withoutZeros(value) : value, type)
}

export function withoutZeros(value: string): string {
  return value.replace(/^(-?)0+(?=\d)/, '$1')
}
