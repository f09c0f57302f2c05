import type { Snapshot } from '../metadata/table-metadata.ts'

/**
 * The rows of a table at a snapshot, as the totals of its summary say: those of its files less those that deletes name. Null when
 * they are not stated, or rows were deleted by value, of which nobody counted how many they are.
 */
export function rowsAt({ summary }: Snapshot): number | null {
  const records = summary?.['total-records']
  if (records === undefined || Number(summary?.['total-equality-deletes'] ?? 0) > 0) return null
  return Number(records) - Number(summary?.['total-position-deletes'] ?? 0)
}
