import { isCrawledTable } from '../../crawler/crawled-table.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { crawledPlanner } from './crawled-planner.ts'
import { lakePlanner } from './lake-planner.ts'
import type { TablePlanner } from './table-plan.ts'

/** Plans tables of the lake, and those that crawlers found. */
export function tablePlanner(config: { readonly objects: ObjectStore; readonly linkDirectory: string }): TablePlanner {
  const lake = lakePlanner(config)
  const crawled = crawledPlanner(config)
  const of = ({ metadataLocation }: { readonly metadataLocation: string }): TablePlanner =>
    isCrawledTable(metadataLocation) ? crawled : lake
  return {
    plan: (relation, resolved, asked) => of(resolved).plan(relation, resolved, asked),
    pin: (resolved, moment) => of(resolved).pin(resolved, moment),
  }
}
