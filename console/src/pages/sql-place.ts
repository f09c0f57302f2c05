import { ApiError } from '../api/client.ts'

/** Where a query is wrong, as a place in its text: PostgreSQL counts characters from 1, JavaScript halves of some. */
export function faultIn(sql: string, error: unknown): number | undefined {
  const position = error instanceof ApiError ? Number(error.details['position']) : Number.NaN
  if (!Number.isInteger(position) || position < 1) return undefined
  return Array.from(sql)
    .slice(0, position - 1)
    .join('').length
}

export function placeIn(sql: string, fault: number): string {
  const lines = sql.slice(0, fault).split('\n')
  return `Line ${lines.length}, column ${Array.from(lines.at(-1)!).length + 1}`
}
