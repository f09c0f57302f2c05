import type { CrawledColumn, CrawledFile } from '../../crawler/crawled-table.ts'
import { fileMatcher, type MatchedFile } from '../../lake/scan/file-filter.ts'
import { parseType } from '../../lake/types/parse-type.ts'
import { fieldsById } from '../../lake/types/schema.ts'
import type { ScanFilter } from '../blank/scan-filter.ts'
import { fileFilterOf } from './prune-files.ts'

/** Whether a file may have rows for which the filter holds, by what the log of its Delta table tells of them; true where it tells nothing (INV-S8). */
export function boundsMatcher(filter: ScanFilter, columns: readonly CrawledColumn[]): (file: CrawledFile) => boolean {
  const fields = columns.map(({ name, type }, id) => ({ id, name, required: false, type: parseType(type) }))
  const mayMatch = fileMatcher(
    fileFilterOf(filter, new Map(fields.map((field) => [field.name, field]))),
    fieldsById(fields),
  )
  const ids = new Map(fields.map(({ name, id }) => [name, id]))
  return ({ bounds }) => bounds === undefined || mayMatch(matched(bounds, ids))
}

function matched(bounds: NonNullable<CrawledFile['bounds']>, ids: ReadonlyMap<string, number>): MatchedFile {
  const nullCounts = new Map<number, number>()
  const lowerBounds = new Map<number, Buffer>()
  const upperBounds = new Map<number, Buffer>()
  for (const [name, { nulls, lower, upper }] of Object.entries(bounds)) {
    const id = ids.get(name)
    if (id === undefined) continue
    if (nulls !== undefined) nullCounts.set(id, nulls)
    if (lower !== undefined) lowerBounds.set(id, Buffer.from(lower, 'base64'))
    if (upper !== undefined) upperBounds.set(id, Buffer.from(upper, 'base64'))
  }
  return { specId: 0, partition: [], nullCounts, lowerBounds, upperBounds }
}
