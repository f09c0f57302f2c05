import type { Statement } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'
import { parseInsert } from './parse-insert.ts'
import { parseMerge } from './parse-merge.ts'
import { parseAlias, parseAssignments, parseReturning, startsClause } from './parse-parts.ts'
import { type Fragment, readTokens, type TokenReader } from './token-reader.ts'
import type { DeleteStatement, UpdateStatement, WriteStatement } from './write-statement.ts'

/** INSERT, UPDATE, DELETE and MERGE as PostgreSQL 15 writes them. SQLSTATE 42601, or 0A000 for what is not served. */
export function parseWrite(statement: Statement): WriteStatement {
  const reader = readTokens(statement)
  const defined = reader.isWord('with') ? parseWith(reader) : undefined
  const parsed = parseVerb(reader, defined)
  reader.end()
  return parsed
}

function parseVerb(reader: TokenReader, defined: Fragment | undefined): WriteStatement {
  if (reader.takeWords('insert')) return parseInsert(reader, defined)
  if (reader.takeWords('update')) return parseUpdate(reader, defined)
  if (reader.takeWords('delete')) return parseDelete(reader, defined)
  if (reader.takeWords('merge')) return parseMerge(reader, defined)
  return reader.fail()
}

/** WITH up to the verb; a CTE that writes is refused. */
function parseWith(reader: TokenReader): Fragment {
  const defined = reader.until(isVerb)
  for (const [at, { kind, value, start }] of defined.tokens.entries())
    if (kind === 'symbol' && value === '(' && isWriting(defined.tokens[at + 1]))
      throw sqlError('WEIR-6001', 'a query of WITH that writes is not supported', {
        sqlstate: '0A000',
        position: defined.position + start,
        hint: 'Write each change as a statement of its own, between BEGIN and COMMIT.',
      })
  return defined
}

function isVerb(reader: TokenReader): boolean {
  return ['insert', 'update', 'delete', 'merge'].some((word) => reader.isWord(word))
}

function isWriting(token: { readonly kind: string; readonly value: string } | undefined): boolean {
  return token?.kind === 'word' && ['insert', 'update', 'delete', 'merge'].includes(token.value)
}

function parseUpdate(reader: TokenReader, defined: Fragment | undefined): UpdateStatement {
  reader.takeWords('only')
  const table = reader.qualifiedName()
  reader.takeSymbol('*')
  const alias = parseAlias(reader, ['set'])
  reader.expectWords('set')
  const assignments = parseAssignments(reader, (here) => startsClause(here, 'from', 'where', 'returning'))
  const from = reader.takeWords('from') ? reader.until((here) => startsClause(here, 'where', 'returning')) : undefined
  return { kind: 'update', with: defined, target: { table, alias }, assignments, from, ...parseTail(reader) }
}

function parseDelete(reader: TokenReader, defined: Fragment | undefined): DeleteStatement {
  reader.expectWords('from')
  reader.takeWords('only')
  const table = reader.qualifiedName()
  reader.takeSymbol('*')
  const alias = parseAlias(reader, ['using', 'where', 'returning'])
  const using = reader.takeWords('using') ? reader.until((here) => startsClause(here, 'where', 'returning')) : undefined
  return { kind: 'delete', with: defined, target: { table, alias }, using, ...parseTail(reader) }
}

function parseTail(reader: TokenReader): {
  readonly where: Fragment | undefined
  readonly returning: Fragment | undefined
} {
  const where = reader.takeWords('where') ? parseCondition(reader) : undefined
  return { where, returning: parseReturning(reader) }
}

function parseCondition(reader: TokenReader): Fragment {
  if (reader.isWord('current', 'of'))
    throw sqlError('WEIR-6001', 'WHERE CURRENT OF is not supported: cursors read rows and do not hold them', {
      sqlstate: '0A000',
      position: reader.peek()!.start + 1,
      hint: 'Name the rows by a column that tells them apart.',
    })
  return reader.until((here) => startsClause(here, 'returning'))
}
