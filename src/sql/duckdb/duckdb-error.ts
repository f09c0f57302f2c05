import type { ErrorCode } from '../../kernel/errors/catalogue.ts'
import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import { fileErrorOf } from '../../kernel/files/file-error.ts'
import { sqlError } from '../sql-error.ts'

interface Rule {
  readonly pattern: RegExp
  readonly code: ErrorCode
  readonly sqlstate: string
}

const rule = (pattern: RegExp, code: ErrorCode, sqlstate: string): Rule => ({ pattern, code, sqlstate })

/** When the statement is bound, and when it comes to the file. */
const missingFile =
  /^IO Error: (?:No files found that match the pattern|Cannot open file) "([^"]*)"(?:$|\n|: No such file or directory)/

/** These name no file. */
const brokenThrift =
  /^Invalid Error: ((?:don't know what type|invalid TType|Out of buffer|MaxMessageSize|T(?:Protocol|Transport)Exception|.*thrift)[^\n]*)/i

/** By what DuckDB says; the first that fits. */
const rules: readonly Rule[] = [
  // What a plan of ours found in a file (src/crawler/read).
  rule(/^Invalid Input Error: WEIR-4020 /, 'WEIR-4020', '22000'),
  rule(/^INTERRUPT/i, 'WEIR-6007', '57014'),
  rule(/^Out of Memory/i, 'WEIR-6006', '53200'),
  rule(/^Parser Error/, 'WEIR-6002', '42601'),
  rule(/^Catalog Error: .*(Function|Macro)/i, 'WEIR-6003', '42883'),
  rule(/^Catalog Error: Type/i, 'WEIR-6003', '42704'),
  rule(/^Catalog Error/, 'WEIR-6003', '42P01'),
  rule(/^Binder Error: (Referenced table|.*table .* not found)/i, 'WEIR-6003', '42P01'),
  rule(/^Binder Error: .*(Referenced column|does not have a column|column .* not found)/i, 'WEIR-6003', '42703'),
  rule(/^Binder Error: .*Ambiguous/i, 'WEIR-6002', '42702'),
  rule(/^Binder Error: .*GROUP BY/i, 'WEIR-6002', '42803'),
  rule(/^Binder Error: No function matches/i, 'WEIR-6003', '42883'),
  rule(/^Binder Error: Cannot concatenate/i, 'WEIR-6003', '42883'),
  rule(/^Binder Error: (Cannot (compare|mix|cast)|Type mismatch)/i, 'WEIR-6002', '42804'),
  rule(/^Binder Error/, 'WEIR-6002', '42601'),
  rule(/^Conversion Error: Could not convert string '\s*[-+]?[0-9]+\s*' to U?INT/, 'WEIR-6005', '22003'),
  rule(/^Conversion Error: .*(timestamp|date|time|interval)/i, 'WEIR-6005', '22007'),
  rule(
    /^Conversion Error: (.*(out of range|overflow|exceed)|Could not cast value -?[0-9.]+ to DECIMAL)/i,
    'WEIR-6005',
    '22003',
  ),
  rule(/^Conversion Error/, 'WEIR-6005', '22P02'),
  rule(/^Out of Range Error/, 'WEIR-6005', '22003'),
  rule(missingFile, 'WEIR-8002', '58P01'),
  rule(
    /^Invalid Input Error: .*(too small to be a Parquet file|No magic bytes|Failed to read (Parquet )?file|encoding found in Parquet file)/,
    'WEIR-8007',
    'XX001',
  ),
  // Of Thrift, in which the footer and the heads of pages are written.
  rule(brokenThrift, 'WEIR-8007', 'XX001'),
  rule(/^IO Error: Could not read enough bytes from file "[^"]*(?<!\.tmp)"/, 'WEIR-8007', 'XX001'),
  rule(/^Invalid Input Error: .*(unicode|utf)/i, 'WEIR-6005', '22021'),
  rule(/^Invalid Input Error: negative substring length/, 'WEIR-6005', '22011'),
  rule(/^Invalid Input Error: .*More than one row/i, 'WEIR-6005', '21000'),
  // Of RE2.
  rule(
    /^Invalid Input Error: (missing (argument|closing)? ?[)\]]|unexpected \)|no argument for repetition|bad repetition|invalid (escape|character class|repetition|named|perl|UTF)|trailing \\)/i,
    'WEIR-6005',
    '2201B',
  ),
  rule(/^Invalid Input Error/, 'WEIR-6005', '22023'),
  rule(/^Not implemented Error/, 'WEIR-6002', '0A000'),
  rule(/^Permission Error/, 'WEIR-6004', '42501'),
  rule(/^IO Error: .*(No space left on device|Disk quota exceeded)/i, 'WEIR-8001', '53100'),
  rule(/^IO Error/, 'WEIR-6005', '58030'),
]

/** Where PostgreSQL has what DuckDB has by another name, and says nothing of it. */
const remedies: readonly { readonly pattern: RegExp; readonly remedy: string }[] = [
  {
    pattern: /^Binder Error: Cannot concatenate types .*\[\]/,
    remedy: 'Use list_append(list, element) and list_prepend(element, list); || joins two lists.',
  },
  {
    pattern: /^Catalog Error: Type with name jsonb does not exist/i,
    remedy: 'Use json: -> and ->> read it, json_contains(a, b) is what @> is.',
  },
]

/** DuckDB's error as one for SQL clients: SQLSTATE, position, and its advice as the hint. WeirErrors pass as they are. */
export function duckdbError(thrown: unknown): Error {
  if (thrown instanceof WeirError) return thrown
  if (fileErrorOf(thrown)) return asWeirError(thrown)
  const full = thrown instanceof Error ? thrown.message : String(thrown)
  const { code, sqlstate } = rules.find(({ pattern }) => pattern.test(full)) ?? {
    code: 'WEIR-9001' as const,
    sqlstate: 'XX000',
  }
  const [body = full, excerpt] = full.split(/\n\n(?=LINE \d+: )/)
  const missing = missingFile.exec(body)?.[1]
  if (missing !== undefined) return sqlError(code, `the data file ${missing} is not there`, { sqlstate }, thrown)
  const broken = brokenThrift.exec(body)?.[1]
  if (broken !== undefined) return sqlError(code, `a data file is damaged: ${broken.trim()}`, { sqlstate }, thrown)
  const [first = '', ...rest] = body.replace(/^[A-Za-z ]+ Error: (WEIR-4020 )?/, '').split('\n')
  const advice = rest
    .join(' ')
    .trim()
    .replace(/^(Candidate bindings:) :/, '$1')
  const hint = remedies.find(({ pattern }) => pattern.test(full))?.remedy ?? advice
  if (sqlstate === '57014') return sqlError(code, 'canceling statement due to user request', { sqlstate }, thrown)
  return sqlError(code, first.trim(), { sqlstate, ...(hint ? { hint } : {}), ...placeOf(excerpt) }, thrown)
}

/** Marks where DuckDB pointed, as line and column: `positionIn` needs the statement to make a position of it. */
function placeOf(excerpt: string | undefined): { position?: number; line?: number } {
  const [, line, shown, pointer] = /^LINE (\d+): ([^\n]*)\n([^\n]*)\^/.exec(excerpt ?? '') ?? []
  if (!line || shown === undefined || pointer === undefined || shown.startsWith('...')) return {}
  return { line: Number(line), position: charactersIn(shown, pointer.length - `LINE ${line}: `.length) + 1 }
}

/** DuckDB points by the columns of a terminal, where some characters are two wide and some have no width. */
function charactersIn(text: string, columns: number): number {
  let left = columns
  let count = 0
  for (const character of text) {
    if (left <= 0) break
    left -= /^(?:\p{Mark}|\u200d)/u.test(character) ? 0 : wide.test(character) ? 2 : 1
    count++
  }
  return count
}

const wide =
  /^[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/u

/** Without the piece of the statement that DuckDB shows: the statement may be one that Weir composed. */
export function withoutExcerpt(message: string): string {
  return message.split(/\n+LINE \d+: /)[0]!
}

/** The error without a place, where the statement was not the client's. */
export function withoutPosition(error: Error): Error {
  if (!(error instanceof WeirError) || error.details['line'] === undefined) return error
  const { position: _, line: __, ...details } = error.details as { position?: number; line?: number }
  return new WeirError(error.code, error.message, { details, cause: error.cause })
}

/** The error with its position counted from the begin of the statement, as clients expect it. */
export function withPosition(error: Error, statement: string, exact: boolean): Error {
  if (!(error instanceof WeirError) || error.details['line'] === undefined) return error
  const { line, position, ...details } = error.details as { line: number; position: number }
  // Characters, as PostgreSQL counts: JavaScript's length counts some twice.
  const lines = statement.split('\n').slice(0, line - 1)
  const before = lines.reduce((sum, text) => sum + Array.from(text).length + 1, 0)
  const context = { details: exact ? { ...details, position: before + position } : details, cause: error.cause }
  return new WeirError(error.code, error.message, context)
}
