import { sqlError } from '../../sql-error.ts'
import { parseConflict } from './parse-conflict.ts'
import { parseAlias, parseColumns, parseReturning, parseValues, startsClause } from './parse-parts.ts'
import type { Fragment, TokenReader } from './token-reader.ts'
import type { InsertSource, InsertStatement } from './write-statement.ts'

/** After the word INSERT. */
export function parseInsert(reader: TokenReader, defined: Fragment | undefined): InsertStatement {
  reader.expectWords('into')
  const table = reader.qualifiedName()
  const alias = reader.isWord('as') ? parseAlias(reader, []) : undefined
  const columns = reader.isSymbol('(') && !beginsQuery(reader) ? parseColumns(reader.group()) : undefined
  if (reader.takeWords('overriding', 'system', 'value') || reader.takeWords('overriding', 'user', 'value'))
    throw sqlError('WEIR-6001', 'OVERRIDING is not supported: there are no generated columns', {
      sqlstate: '0A000',
      hint: 'Leave it out.',
    })
  const source = parseSource(reader)
  const conflict = isOnConflict(reader) ? parseConflict(reader) : undefined
  const target = { table, alias }
  return { kind: 'insert', with: defined, target, columns, source, conflict, returning: parseReturning(reader) }
}

/** A query in brackets, not a list of columns. */
function beginsQuery(reader: TokenReader): boolean {
  let ahead = 0
  while (reader.peek(ahead)?.kind === 'symbol' && reader.peek(ahead)!.value === '(') ahead++
  const token = reader.peek(ahead)
  return token?.kind === 'word' && ['select', 'with', 'values', 'table', 'from'].includes(token.value)
}

function parseSource(reader: TokenReader): InsertSource {
  if (reader.takeWords('default', 'values')) return { kind: 'defaults' }
  const query = reader.until((here) => startsClause(here, 'returning') || isOnConflict(here))
  return valuesOf(query) ?? { kind: 'query', query }
}

/** Rows of VALUES when that is all that the query is. */
function valuesOf(query: Fragment): InsertSource | undefined {
  const { tokens, text, position } = query
  if (tokens[0]?.kind !== 'word' || tokens[0].value !== 'values') return undefined
  const rows: (readonly (Fragment | 'default')[])[] = []
  let at = 1
  for (;;) {
    if (tokens[at]?.kind !== 'symbol' || tokens[at]!.value !== '(') return undefined
    const open = at
    let depth = 0
    for (; at < tokens.length; at++) {
      const { kind, value } = tokens[at]!
      if (kind === 'symbol' && '([{'.includes(value)) depth++
      if (kind === 'symbol' && ')]}'.includes(value) && --depth === 0) break
    }
    const inside = tokens.slice(open + 1, at)
    if (inside.length === 0) return undefined
    const start = inside[0]!.start
    rows.push(
      parseValues({
        text: text.slice(start, inside.at(-1)!.end),
        tokens: inside.map((token) => ({ ...token, start: token.start - start, end: token.end - start })),
        position: position + start,
      }),
    )
    if (++at >= tokens.length) return { kind: 'values', rows }
    if (tokens[at]!.value !== ',') return undefined
    if (++at >= tokens.length)
      throw sqlError('WEIR-6002', 'syntax error at end of input', {
        sqlstate: '42601',
        position: position + text.length,
      })
  }
}

/** And not the condition of a join with something that is called so. */
function isOnConflict(reader: TokenReader): boolean {
  return ['(', 'do', 'on'].includes(reader.peek(2)?.value ?? '') && reader.isWord('on', 'conflict')
}
