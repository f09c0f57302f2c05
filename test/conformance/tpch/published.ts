import type { Answer } from './answers.ts'

/**
 * Single values of the answers that the specification publishes for the validation of scale 1: that the data is the benchmark's own,
 * and the queries ask what it asks. [column, value, of the row]
 */
const published: Readonly<Record<string, readonly (readonly [column: string, value: string, row: number])[]>> = {
  q1: [
    ['sum_qty', '37734107.00', 0],
    ['sum_disc_price', '53758257134.8700', 0],
    ['count_order', '1478493', 0],
  ],
  q6: [['revenue', '123141078.2283', 0]],
  q14: [['promo_revenue', '16.38', 0]],
  q17: [['avg_yearly', '348406.05', 0]],
  q19: [['revenue', '3083843.0578', 0]],
}

/** How the answer differs from what is published; undefined where it does not, or nothing is. */
export function publishedDifference(query: string, scale: number, { columns, rows }: Answer): string | undefined {
  if (scale !== 1) return undefined
  for (const [column, value, row] of published[query] ?? []) {
    const found = rows[row]?.[columns.indexOf(column)]
    const digits = value.split('.')[1]?.length ?? 0
    if (found == null || Number(found).toFixed(digits) !== value)
      return `${column} is ${found} where the specification publishes ${value}`
  }
  return undefined
}
