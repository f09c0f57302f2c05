import { dateTimeText, type DateTimeType } from '../catalog/date-time-text.ts'
import { numericParameter } from '../catalog/exact-numeric.ts'
import { mustBeWhole } from '../catalog/rewrite-whole-numbers.ts'
import { isLikePattern, likeEscape } from '../catalog/rewrite-like.ts'
import { dateTimeParameter } from '../catalog/rewrite-date-times.ts'
import { similarParameter } from '../catalog/rewrite-similar.ts'
import { quoteText, type Statement } from '../gate/statement.ts'
import { sqlError } from '../sql-error.ts'
import { arrayElements } from '../wire/parameter-text.ts'
import { pgTypeOfOid } from '../wire/pg-type.ts'
import type { Parameter } from '../wire/query-service.ts'
import { duckdbNameOf } from '../wire/result-type.ts'

/**
 * The statement with its parameters written as literals. A text that no type was declared for stays what it is in
 * PostgreSQL, a literal of unknown type that takes the type of its place; DuckDB knows the same notion for literals only,
 * and plans better when it sees the values.
 */
export function withParameters(statement: Statement, literals: readonly string[]): string {
  let text = ''
  let done = 0
  for (const [at, token] of statement.tokens.entries()) {
    if (token.kind !== 'parameter') continue
    const given = literals[Number(token.value) - 1]
    if (given === undefined)
      throw sqlError('WEIR-6002', `there is no parameter $${token.value}`, {
        sqlstate: '42P02',
        position: token.start + 1,
      })
    const literal = dateTimeParameter(statement.tokens, at, similarParameter(statement.tokens, at, given))
    const number = isOperand(statement, at) ? /^'(-?\d+(?:\.\d+)?)'$/.exec(literal)?.[1] : undefined
    const escape = literal.includes('\\') && isLikePattern(statement.tokens, at) ? likeEscape : ''
    text += `${statement.text.slice(done, token.start)}${number === undefined ? literal : `(${number})`}${escape}`
    done = endOfNumericCast(statement, at) ?? token.end
  }
  return text + statement.text.slice(done)
}

/** A number that no type was declared for is one beside an arithmetic operator; DuckDB finds no operator for a text there. */
function isOperand({ tokens }: Statement, at: number): boolean {
  return [tokens[at - 1], tokens[at + 1]].some((token) => token?.kind === 'symbol' && /^[-+*/%]$/.test(token.value))
}

// DuckDB's bare NUMERIC is DECIMAL(18, 3) and would round; the literal has the digits that the client sent.
function endOfNumericCast({ tokens }: Statement, at: number): number | undefined {
  const [cast, type, open] = tokens.slice(at + 1, at + 4)
  const numeric =
    cast?.value === '::' && (type?.value === 'numeric' || type?.value === 'decimal') && open?.value !== '('
  return numeric ? type.end : undefined
}

/** The highest `$n` of a statement. */
export function parameterCount(statement: Statement): number {
  return statement.tokens.reduce(
    (most, token) => (token.kind === 'parameter' ? Math.max(most, Number(token.value)) : most),
    0,
  )
}

const bareNumeric = 'DECIMAL(18,3)'

/** A value as SQL; `inferred` is DuckDB's name of the type of its place, when it found one. */
export function literalOf({ text, oid }: Parameter, inferred: string | undefined): string {
  const declared = pgTypeOfOid(oid)
  const element = declared && duckdbNameOf(declared.type)
  const type =
    declared && element
      ? `${element}${declared.array ? '[]' : ''}`
      : oid === 1700 || inferred === bareNumeric
        ? 'numeric'
        : inferred
  if (text === null) return type ? `CAST(NULL AS ${type})` : 'NULL'
  if (text.includes('\0')) throw sqlError('WEIR-6005', 'a text parameter holds a zero byte', { sqlstate: '22021' })
  if (type === undefined) return untyped(text)
  if (type === 'numeric') return numericParameter(text)
  if (type.endsWith('[]')) return listLiteral(text, type)
  mustBeWhole(text, type)
  if (type === 'BLOB') return blobLiteral(text)
  if (type === 'BOOLEAN') return booleanLiteral(text)
  const dateTime = dateTimes[type]
  return `CAST(${quoteText(dateTime ? dateTimeText(text, dateTime) : text)} AS ${type})`
}

const dateTimes: Readonly<Record<string, DateTimeType>> = {
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  TIMESTAMPTZ: 'timestamptz',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
}

function untyped(text: string): string {
  const elements = arrayElements(text)
  if (!elements) return quoteText(text)
  return `[${elements.map((element) => (element === null ? 'NULL' : plainLiteral(element))).join(', ')}]`
}

const plainLiteral = (text: string): string => (/^-?\d{1,18}$/.test(text) ? text : quoteText(text))

function listLiteral(text: string, type: string): string {
  const elements = arrayElements(text)
  if (!elements) throw sqlError('WEIR-6005', `malformed array literal: "${text}"`, { sqlstate: '22P02' })
  const items = elements.map((element) => (element === null ? 'NULL' : quoteText(element)))
  return `CAST([${items.join(', ')}] AS ${type})`
}

function blobLiteral(text: string): string {
  const hex = text.startsWith('\\x') ? text.slice(2) : Buffer.from(text).toString('hex')
  return `from_hex(${quoteText(hex)})`
}

function booleanLiteral(text: string): string {
  const word = text.trim().toLowerCase()
  if (/^(t|true|y|yes|on|1)$/.test(word)) return 'true'
  if (/^(f|false|n|no|off|0)$/.test(word)) return 'false'
  throw sqlError('WEIR-6005', `invalid input syntax for type boolean: "${text}"`, { sqlstate: '22P02' })
}
