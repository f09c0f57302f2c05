import { readVector } from '../../lake/delta/delta-vector.ts'
import type { Positions } from '../../lake/puffin/positions.ts'
import type { CrawledFile } from '../crawled-table.ts'
import type { DeletedRows } from './table-sql.ts'

/** The rows that a Delta log says are deleted. WEIR-4026 for a vector that is not what the log says. */
export async function deletedRows(root: string, files: readonly CrawledFile[]): Promise<DeletedRows> {
  const found = new Map<string, Positions>()
  for (const { path, vector } of files) if (vector) found.set(path, await readVector(vector, root))
  return found
}
