import { mustBeTable } from '../commit/judge-table.ts'
import { sourceColumns } from '../../record/delivery-state.ts'
import type { NewColumn, TableView } from '../table/delivery-table.ts'
import type { WorkerContext } from './worker-context.ts'

const attemptsMax = 30
const sourceTypes = { _source: 'string', _source_partition: 'int', _offset: 'long', _timestamp: 'timestamptz' } as const

/** Adds those that the table does not have yet, by any writer; gives the table that has them all. WEIR-5014 for another table. */
export async function addColumns(
  { ports: { table, logger } }: WorkerContext,
  columns: readonly NewColumn[],
  adoptedUuid: string,
): Promise<TableView> {
  for (let attempt = 0; ; attempt++) {
    const view = mustBeTable(await table.load(), adoptedUuid)
    const known = new Set(view.schema.fields.map(({ name }) => name.toLowerCase()))
    const missing = columns.filter(({ name }) => !known.has(name.toLowerCase()))
    if (missing.length === 0) return view
    if (attempt === attemptsMax)
      throw new Error(`others changed the schema in all of ${attemptsMax} attempts to add columns`)
    logger.info({ columns: missing }, 'adding columns')
    await table.addColumns(view, missing)
  }
}

/** Rows are told apart by Weir's own columns: a table that was made elsewhere gets them. */
export function addSourceColumns(context: WorkerContext, adoptedUuid: string): Promise<TableView> {
  return addColumns(
    context,
    sourceColumns.map((name) => ({ name, type: sourceTypes[name] })),
    adoptedUuid,
  )
}
