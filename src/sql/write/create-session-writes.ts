import type { WriteService } from '../wire/write-service.ts'
import { copyWrites } from './copy-writes.ts'
import { rowWrites } from './row-writes.ts'
import { tableDefinitions } from './table-definitions.ts'
import type { WriteParts } from './write-parts.ts'

/** One client's writes. */
export function createSessionWrites(parts: WriteParts): WriteService {
  return { ...rowWrites(parts), ...copyWrites(parts), define: tableDefinitions(parts), transaction: parts.changes }
}
