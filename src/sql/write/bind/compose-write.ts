import type { WriteStatement } from '../grammar/write-statement.ts'
import { composeDelete, composeUpdate } from './compose-change.ts'
import type { ComposeContext, ComposedWrite } from './compose-context.ts'
import { composeInsert } from './compose-insert.ts'
import { composeMerge } from './compose-merge.ts'
import { composeUpsert } from './compose-upsert.ts'

/** The query whose rows a statement writes. Errors name the column, the value or the word that is wrong. */
export async function composeWrite(statement: WriteStatement, context: ComposeContext): Promise<ComposedWrite> {
  switch (statement.kind) {
    case 'insert':
      return statement.conflict
        ? composeUpsert(statement, statement.conflict, context)
        : composeInsert(statement, context)
    case 'update':
      return composeUpdate(statement, context)
    case 'delete':
      return composeDelete(statement, context, statement.returning !== undefined)
    case 'merge':
      return composeMerge(statement, context)
  }
}
