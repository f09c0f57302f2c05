import { wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import type { TokenEditor } from './token-editor.ts'

/** In PostgreSQL a backslash escapes in LIKE unless ESCAPE says otherwise; in DuckDB only when ESCAPE says so. */
export const likeEscape = String.raw` ESCAPE '\'`

/** `a LIKE 'x\_y'`, in PostgreSQL's meaning. A pattern that is a column is DuckDB's. */
export function rewriteLikes({ tokens, insertAfter }: TokenEditor): void {
  for (const at of tokens.keys())
    if (isLikePattern(tokens, at) && tokens[at]!.kind === 'string' && tokens[at]!.value.includes('\\'))
      insertAfter(at, likeEscape)
}

/** Whether token `at` is the whole pattern of a LIKE that names no escape of its own. */
export function isLikePattern(tokens: readonly Token[], at: number): boolean {
  const like = wordsAt(tokens, at - 1, 'like') || wordsAt(tokens, at - 1, 'ilike')
  return like && !wordsAt(tokens, at + 1, 'escape') && tokens[at + 1]?.value !== '||'
}
