import { rewriteDialect } from '../catalog/rewrite-dialect.ts'
import { editTokens } from '../catalog/token-editor.ts'
import { statementOf } from '../gate/statement.ts'
import type { ViewRelation } from '../engine-host.ts'

/** What a view of the project is in DuckDB: its own text, in which PostgreSQL's words mean what they mean in a statement. */
export function viewTarget({ sql }: Pick<ViewRelation, 'sql'>): string {
  const text = sql.trim().replace(/;\s*$/, '')
  const editor = editTokens(statementOf(text))
  rewriteDialect(editor)
  return editor.text() ?? text
}
