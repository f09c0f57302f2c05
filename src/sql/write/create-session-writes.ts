import type { WriteService } from '../wire/write-service.ts'
import { rowWrites } from './row-writes.ts'
import type { WriteParts } from './write-parts.ts'

/** One client's writes. */
export function createSessionWrites(parts: WriteParts): WriteService {
  return { ...rowWrites(parts), transaction: parts.changes }
}
