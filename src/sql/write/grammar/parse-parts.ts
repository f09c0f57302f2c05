import { sqlError } from '../../sql-error.ts'
import { type Fragment, splitFragment, type TokenReader, type WrittenName } from './token-reader.ts'
import type { Assignment } from './write-statement.ts'

/** Whether one of these words begins here and not as a column of something (`t.from`). */
export function startsClause(reader: TokenReader, ...words: readonly string[]): boolean {
  const before = reader.peek(-1)
  if (before?.kind === 'symbol' && before.value === '.') return false
  // IS DISTINCT FROM
  if (before?.kind === 'word' && before.value === 'distinct' && reader.isWord('from')) return false
  return words.some((word) => reader.isWord(word))
}

/** `AS name`, or a name that is none of the words that may follow. */
export function parseAlias(reader: TokenReader, follow: readonly string[]): string | undefined {
  if (reader.takeWords('as')) return reader.name().parts[0]
  const token = reader.peek()
  if (token?.kind === 'quoted' || (token?.kind === 'word' && !follow.includes(token.value)))
    return reader.name().parts[0]
  return undefined
}

/** RETURNING and what it lists, to the end of the statement. */
export function parseReturning(reader: TokenReader): Fragment | undefined {
  return reader.takeWords('returning') ? reader.until(() => false) : undefined
}

/** Names in brackets, each once. */
export function parseColumns(group: Fragment): readonly WrittenName[] {
  return splitFragment(group).map(columnOf)
}

function columnOf({ tokens, position, text }: Fragment): WrittenName {
  const [token, ...more] = tokens
  if (token && more.length === 0 && (token.kind === 'word' || token.kind === 'quoted'))
    return { parts: [token.value], position }
  const isPart = token?.kind === 'word' && ['.', '['].includes(more[0]?.value ?? '')
  throw isPart
    ? sqlError('WEIR-6001', `a part of a column cannot be assigned: ${text}`, { sqlstate: '0A000', position })
    : sqlError('WEIR-6002', `syntax error at or near "${text}"`, { sqlstate: '42601', position })
}

/** The values of a row; `default` for the word DEFAULT. */
export function parseValues(group: Fragment): readonly (Fragment | 'default')[] {
  return splitFragment(group).map(valueOf)
}

function valueOf(fragment: Fragment): Fragment | 'default' {
  const [token, ...more] = fragment.tokens
  return more.length === 0 && token?.kind === 'word' && token.value === 'default' ? 'default' : fragment
}

/** `a = 1, (b, c) = (2, DEFAULT)` up to where `ends` says. */
export function parseAssignments(reader: TokenReader, ends: (reader: TokenReader) => boolean): readonly Assignment[] {
  const assignments: Assignment[] = []
  const endsHere = (here: TokenReader) => here.isSymbol(',') || ends(here)
  do {
    if (reader.isSymbol('(')) assignments.push(...parseRow(reader, endsHere))
    else {
      const column = reader.qualifiedName()
      if (column.parts.length > 1 || reader.isSymbol('['))
        throw sqlError('WEIR-6001', `a part of a column cannot be assigned: ${column.parts.join('.')}`, {
          sqlstate: '0A000',
          position: column.position,
          hint: 'SET takes the bare names of columns; assign the whole value.',
        })
      reader.expectSymbol('=')
      assignments.push({ column, value: valueOf(reader.until(endsHere)) })
    }
  } while (reader.takeSymbol(','))
  return assignments
}

function parseRow(reader: TokenReader, ends: (reader: TokenReader) => boolean): readonly Assignment[] {
  const columns = parseColumns(reader.group())
  reader.expectSymbol('=')
  reader.takeWords('row')
  const position = (reader.peek()?.start ?? 0) + 1
  if (!reader.isSymbol('(') || ['select', 'with', 'values'].includes(reader.peek(1)?.value ?? ''))
    throw sqlError('WEIR-6001', 'several columns are assigned from a row of values only, not from a query', {
      sqlstate: '0A000',
      position,
      hint: 'Write UPDATE … SET a = s.a, b = s.b FROM (SELECT …) AS s.',
    })
  const values = parseValues(reader.group())
  if (!reader.atEnd && !ends(reader)) reader.fail()
  if (values.length !== columns.length)
    throw sqlError('WEIR-6002', 'number of columns does not match number of values', { sqlstate: '42601', position })
  return columns.map((column, at) => ({ column, value: values[at]! }))
}
