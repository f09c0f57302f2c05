import { parseAlias, parseAssignments, parseColumns, parseReturning, parseValues, startsClause } from './parse-parts.ts'
import type { Fragment, TokenReader } from './token-reader.ts'
import type { MergeAction, MergeClause, MergeStatement } from './write-statement.ts'

/** After the word MERGE. */
export function parseMerge(reader: TokenReader, defined: Fragment | undefined): MergeStatement {
  reader.expectWords('into')
  reader.takeWords('only')
  const table = reader.qualifiedName()
  const alias = parseAlias(reader, ['using'])
  reader.expectWords('using')
  const source = reader.until((here) => startsClause(here, 'on'))
  reader.expectWords('on')
  const on = reader.until((here) => startsClause(here, 'when'))
  const clauses: MergeClause[] = []
  while (reader.takeWords('when')) clauses.push(parseClause(reader))
  if (clauses.length === 0) reader.fail()
  return {
    kind: 'merge',
    with: defined,
    target: { table, alias },
    source,
    on,
    clauses,
    returning: parseReturning(reader),
  }
}

function parseClause(reader: TokenReader): MergeClause {
  const matched = !reader.takeWords('not')
  reader.expectWords('matched')
  // A CASE has its own THEN.
  let cases = 0
  const condition = reader.takeWords('and')
    ? reader.until((here) => {
        if (here.isWord('case')) cases++
        if (here.isWord('end')) cases--
        return cases === 0 && startsClause(here, 'then')
      })
    : undefined
  reader.expectWords('then')
  return { matched, condition, action: matched ? matchedAction(reader) : insertAction(reader) }
}

function matchedAction(reader: TokenReader): MergeAction {
  if (reader.takeWords('do', 'nothing')) return { kind: 'nothing' }
  if (reader.takeWords('delete')) return { kind: 'delete' }
  reader.expectWords('update', 'set')
  return { kind: 'update', assignments: parseAssignments(reader, endsAction()) }
}

function insertAction(reader: TokenReader): MergeAction {
  if (reader.takeWords('do', 'nothing')) return { kind: 'nothing' }
  reader.expectWords('insert')
  const columns = reader.isSymbol('(') ? parseColumns(reader.group()) : undefined
  if (reader.takeWords('default', 'values')) return { kind: 'insert', columns, values: 'defaults' }
  reader.expectWords('values')
  return { kind: 'insert', columns, values: parseValues(reader.group()) }
}

/** The next WHEN, but for those of a CASE. */
function endsAction(): (reader: TokenReader) => boolean {
  let cases = 0
  let last: number | undefined
  return (reader) => {
    const start = reader.peek()?.start
    if (start !== last && reader.isWord('case')) cases++
    if (start !== last && reader.isWord('end')) cases--
    last = start
    return cases === 0 && startsClause(reader, 'when', 'returning')
  }
}
