import type { TableName } from '../engine-host.ts'
import { sqlError } from '../sql-error.ts'
import { isCrawledTable } from '../../crawler/crawled-table.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { crawledPlanner, type CrawledBuckets } from './crawled-planner.ts'
import { lakePlanner } from './lake-planner.ts'
import type { TablePlanner } from './table-plan.ts'

/** Plans tables of the lake, and those that crawlers found. */
export function tablePlanner(config: {
  readonly objects: ObjectStore
  readonly linkDirectory: string
  readonly buckets?: CrawledBuckets
}): TablePlanner {
  const lake = lakePlanner(config)
  const crawled = crawledPlanner(config)
  const of = ({ metadataLocation }: { readonly metadataLocation: string }): TablePlanner =>
    isCrawledTable(metadataLocation) ? crawled : lake
  return {
    plan: (relation, resolved, asked, pending, readsAll) => {
      if (relation.written && isCrawledTable(resolved.metadataLocation)) throw onlyRead(relation.written.table)
      return of(resolved).plan(relation, resolved, asked, pending, readsAll)
    },
    manifestOf: async (relation, resolved, error) => of(resolved).manifestOf?.(relation, resolved, error),
    shown: (text) => crawled.shown!(text),
    pin: (resolved, moment) => of(resolved).pin(resolved, moment),
  }
}

function onlyRead({ schema, name }: TableName): Error {
  return sqlError('WEIR-6001', `${schema}.${name} is a table of files that a crawler found: it is only read`, {
    sqlstate: '0A000',
    hint: 'CREATE TABLE … AS SELECT makes a table of its rows.',
  })
}
