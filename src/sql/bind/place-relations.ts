import { quoteName } from '../gate/statement.ts'
import type { ReadRelation } from '../snapshot/table-plan.ts'
import { viewTarget } from '../snapshot/view-target.ts'
import type { BoundRelations, BoundView } from './binder.ts'
import { denied, maskedColumns, maskedColumnsOfView, maskedQuery } from './relation-rights.ts'
import type { SessionViews } from './session-views.ts'

/** Makes the names of a statement mean what the session may see; `queryOf` is all rows of a table. */
export async function placeRelations(
  { tables, views: bound }: BoundRelations,
  views: SessionViews,
  queryOf: (table: ReadRelation, index: number) => string,
): Promise<void> {
  for (const [at, table] of tables.entries()) {
    const query = queryOf(table, at)
    await views.place(table, maskedQuery(query, maskedColumns(table)), table.asOwner && 'owner')
  }
  for (const view of bound) await placeView(view, views)
}

async function placeView(view: BoundView, views: SessionViews): Promise<void> {
  if (view.stands !== 'over owner')
    return views.place(view, viewTarget(view), view.stands === 'as owner' ? 'owner' : undefined)
  const masks = view.rights?.masks ?? []
  const columns = masks.length > 0 ? maskedColumnsOfView(view, await views.ownerColumns(view)) : []
  const all = `SELECT * FROM ${views.ownerDatabase}.${quoteName(view.schema)}.${quoteName(view.name)}`
  await views.place(view, maskedQuery(all, columns))
}

/** What is asked of a masked column is asked of nulls: nothing is known of it from the files. */
export function isMasked({ tables, views }: BoundRelations): boolean {
  return [...tables, ...views].some(({ rights }) => (rights?.masks.length ?? 0) > 0)
}

/** A relation whose rows the session does not see whole: it is not told of files, which have partitions in their names. */
export function hiddenRelation({
  tables,
  views,
}: Pick<BoundRelations, 'tables' | 'views'>): ReadRelation | BoundView | undefined {
  return (
    tables.find(({ rights, asOwner }) => asOwner || (rights?.masks.length ?? 0) > 0) ??
    views.find(({ rights }) => (rights?.masks.length ?? 0) > 0)
  )
}

/** WEIR-7015 (42501) for a plan that would name files whose rows the session does not see whole: partitions are in their names. */
export function mustShowFiles({ tables, views }: BoundRelations): void {
  const hidden = hiddenRelation({ tables, views })
  if (hidden) throw denied(hidden, 'EXPLAIN names its files, and you see it through a view or a mask')
}
