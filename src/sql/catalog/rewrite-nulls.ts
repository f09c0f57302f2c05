import { wordsAt } from '../gate/statement.ts'
import { isNamedItem, selectPlaces } from './select-places.ts'
import type { TokenEditor } from './token-editor.ts'

/** `SELECT NULL` is a text in PostgreSQL, and an integer in DuckDB. Beside UNION and its like it takes the type of the others in both. */
export function rewriteNulls({ tokens, replace }: TokenEditor): void {
  if (tokens.some(({ kind, value }) => kind === 'word' && /^(union|except|intersect)$/.test(value))) return
  const places = selectPlaces(tokens)
  for (const at of tokens.keys())
    if (wordsAt(tokens, at, 'null') && places[at] === 'item' && isNamedItem(tokens, at))
      replace(at, 1, 'CAST(NULL AS VARCHAR)')
}
