import type { StoredCrawl } from '../../../storage/metadata/crawls.ts'
import { intervalOf, type CrawlerSpec } from '../../kinds/crawler/schema.ts'

/** Once, and again when the time of its schedule is over; a clock that was set back makes it due. */
export function isDue(
  { at }: Pick<StoredCrawl, 'at'>,
  { schedule }: Pick<CrawlerSpec, 'schedule'>,
  nowMs: number,
): boolean {
  if (at === null) return true
  if (schedule === undefined) return false
  const elapsedMs = nowMs - Date.parse(at)
  return elapsedMs < 0 || elapsedMs >= intervalOf(schedule)
}
