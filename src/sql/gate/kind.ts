import { sqlError } from '../sql-error.ts'
import { type Statement, wordsAt } from './statement.ts'

/** What a statement is, by its first words. Everything that is not listed here is refused. */
export type StatementKind =
  | 'query'
  | 'write'
  | 'define'
  | 'explain'
  | 'describe'
  | 'copy'
  | 'set'
  | 'reset'
  | 'show'
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'savepoint'
  | 'discard'
  | 'deallocate'
  | 'declare'
  | 'fetch'
  | 'move'
  | 'close'
  | 'listen'
  | 'lock'

/** The words by which statements are known. */
export const statementKinds: Readonly<Record<string, StatementKind>> = {
  select: 'query',
  with: 'query',
  values: 'query',
  table: 'query',
  from: 'query',

  insert: 'write',
  update: 'write',
  delete: 'write',
  merge: 'write',
  truncate: 'write',
  create: 'define',
  alter: 'define',
  drop: 'define',
  explain: 'explain',
  describe: 'describe',
  desc: 'describe',

  copy: 'copy',
  set: 'set',
  reset: 'reset',
  show: 'show',
  begin: 'begin',
  start: 'begin',
  commit: 'commit',
  end: 'commit',
  rollback: 'rollback',
  abort: 'rollback',
  savepoint: 'savepoint',
  release: 'savepoint',
  discard: 'discard',
  deallocate: 'deallocate',
  declare: 'declare',
  fetch: 'fetch',
  move: 'move',
  close: 'close',
  listen: 'listen',
  unlisten: 'listen',
  lock: 'lock',
}

const remedies: Readonly<Record<string, string>> = {
  attach: 'only the tables of this project can be queried',
  install: 'extensions are not loaded',
  load: 'extensions are not loaded',
  pragma: 'SHOW ALL lists the settings that a session may choose',
  call: 'there are no procedures',
  prepare: 'prepare statements through the protocol, as every driver does',
  vacuum: 'maintenance runs by itself',
  analyze: 'maintenance runs by itself',
  checkpoint: 'maintenance runs by itself',
  grant: 'policies in weir.config.ts say who may do what',
  revoke: 'policies in weir.config.ts say who may do what',
  pivot: 'write SELECT … FROM (PIVOT …)',
}

/** WEIR-6001 (SQLSTATE 0A000) for a kind that is not served. */
export function kindOf(statement: Statement): StatementKind {
  const first = statement.tokens.find((token) => token.value !== '(')
  const kind = first?.kind === 'word' ? statementKinds[first.value] : undefined
  if (kind === 'query' && first!.value === 'with' && writesAfterWith(statement)) return 'write'
  if (kind) return kind
  const word = first ? statement.text.slice(first.start, first.end) : ''
  if (first?.kind !== 'word' || !/^[a-z]+$/i.test(word))
    throw sqlError('WEIR-6002', `syntax error at or near "${word}"`, {
      sqlstate: '42601',
      position: (first?.start ?? 0) + 1,
    })
  throw refusal(first.value, (first.start ?? 0) + 1)
}

/** After the queries that WITH defines, or as one of them, there is a verb that writes. */
function writesAfterWith({ tokens }: Statement): boolean {
  let depth = 0
  for (const [at, { kind, value }] of tokens.entries()) {
    if (kind === 'symbol' && value === '(') depth++
    if (kind === 'symbol' && value === ')') depth--
    const before = tokens[at - 1]?.kind === 'symbol' ? tokens[at - 1]!.value : ''
    const begins = (depth === 0 && before === ')') || (depth === 1 && before === '(')
    if (begins && kind === 'word' && statementKinds[value] === 'write' && tokens[at + 1]?.value !== ',') return true
  }
  return false
}

function refused(word: string, position: number): Error {
  return sqlError('WEIR-6001', `${word.toUpperCase()} is not allowed here: only queries are`, {
    sqlstate: '0A000',
    position,
  })
}

/** A statement that must be a query, where one stands inside another. WEIR-6001. */
export function assertQuery(statement: Statement): void {
  const kind = kindOf(statement)
  if (kind !== 'query') throw refused(kind, statement.offset + 1)
}

/** The refusal of a statement, with what to do instead. */
function refusal(word: string, position: number): Error {
  const hint = remedies[word]
  const known = hint !== undefined || knownStatements.has(word)
  if (!known) return sqlError('WEIR-6002', `syntax error at or near "${word}"`, { sqlstate: '42601', position })
  return sqlError('WEIR-6001', `${word.toUpperCase()} is not allowed here${hint ? `: ${hint}` : ''}`, {
    sqlstate: '0A000',
    position,
    ...(hint ? { hint } : {}),
  })
}

const knownStatements = new Set(
  'detach use export import execute comment refresh reindex cluster notify do security reassign unpivot'.split(' '),
)

/** The statement that EXPLAIN explains, and the words before it. */
export function explained(statement: Statement): { readonly prefix: string; readonly start: number } {
  const { tokens } = statement
  const analyze = wordsAt(tokens, 1, 'analyze') || wordsAt(tokens, 1, 'analyse')
  let at = analyze ? 2 : 1
  if (wordsAt(tokens, at, 'verbose')) at++
  if (tokens[at]?.value === '(' && tokens[at]!.kind === 'symbol' && !wordsAt(tokens, at + 1, 'select')) {
    while (at < tokens.length && tokens[at]!.value !== ')') at++
    at++
  }
  const next = tokens[at]
  if (!next || next.kind !== 'word' || statementKinds[next.value] !== 'query') {
    if (next?.kind === 'word')
      throw statementKinds[next.value] ? refused(next.value, next.start + 1) : refusal(next.value, next.start + 1)
    throw sqlError('WEIR-6002', 'EXPLAIN wants a query', { sqlstate: '42601' })
  }
  return { prefix: analyze ? 'EXPLAIN ANALYZE ' : 'EXPLAIN ', start: next.start }
}
