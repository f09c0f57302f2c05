import { type Statement, wordsAt } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'
import { parseColumns } from '../grammar/parse-parts.ts'
import { type Fragment, readTokens, type TokenReader, type WrittenName } from '../grammar/token-reader.ts'
import type { CopyFormat } from './copy-format.ts'

export interface CopyFromStatement {
  readonly table: WrittenName
  readonly columns: readonly WrittenName[] | undefined
  readonly format: CopyFormat
  readonly where: Fragment | undefined
}

/** Whether a COPY brings rows in: its FROM comes before its TO, outside brackets. */
export function isCopyFrom({ tokens }: Statement): boolean {
  let depth = 0
  for (const [at, { kind, value }] of tokens.entries()) {
    if (kind === 'symbol' && value === '(') depth++
    if (kind === 'symbol' && value === ')') depth--
    if (depth === 0 && wordsAt(tokens, at, 'from')) return true
    if (depth === 0 && wordsAt(tokens, at, 'to')) return false
  }
  return false
}

/** `COPY t [(a, b)] FROM STDIN [WITH] (…) [WHERE …]`, also with options as before PostgreSQL 9. */
export function parseCopyFrom(statement: Statement): CopyFromStatement {
  const reader = readTokens(statement)
  reader.expectWords('copy')
  const isBinary = reader.takeWords('binary')
  if (reader.isSymbol('(')) reader.fail()
  const table = reader.qualifiedName()
  const columns = reader.isSymbol('(') ? parseColumns(reader.group()) : undefined
  reader.expectWords('from')
  if (!reader.takeWords('stdin'))
    throw sqlError('WEIR-6001', 'COPY FROM a file or a program is not allowed here: only FROM STDIN is', {
      sqlstate: '0A000',
      hint: 'In psql, \\copy table from FILE reads the file on your side.',
    })
  reader.takeWords('with')
  const options = new Map<string, OptionValue>(isBinary ? [['format', 'binary']] : [])
  if (reader.isSymbol('(')) readOptions(readTokens({ ...reader.group(), offset: 0 }), options)
  else readOldOptions(reader, options)
  const where = reader.takeWords('where') ? reader.until(() => false) : undefined
  reader.end()
  return { table, columns, format: formatOf(options), where }
}

type OptionValue = string | true | readonly WrittenName[]

function put(options: Map<string, OptionValue>, name: string, value: OptionValue): void {
  if (options.has(name)) throw wrong('conflicting or redundant options')
  options.set(name, value)
}

function readOptions(reader: TokenReader, options: Map<string, OptionValue>): void {
  do {
    const name = reader.name().parts[0]!.toLowerCase()
    if (reader.isSymbol('(')) put(options, name, parseColumns(reader.group()))
    else if (reader.atEnd || reader.isSymbol(',')) put(options, name, true)
    else put(options, name, valueOf(reader))
  } while (reader.takeSymbol(','))
  reader.end()
}

function readOldOptions(reader: TokenReader, options: Map<string, OptionValue>): void {
  while (!reader.atEnd && !reader.isWord('where')) {
    if (reader.takeWords('csv')) put(options, 'format', 'csv')
    else if (reader.takeWords('binary')) put(options, 'format', 'binary')
    else if (reader.takeWords('header')) put(options, 'header', true)
    else if (reader.takeWords('freeze')) put(options, 'freeze', true)
    else if (reader.takeWords('force', 'not', 'null')) put(options, 'force_not_null', names(reader))
    else if (reader.takeWords('force', 'null')) put(options, 'force_null', names(reader))
    else {
      const name = ['delimiter', 'null', 'quote', 'escape', 'encoding'].find((word) => reader.takeWords(word))
      if (name === undefined) return reader.fail()
      reader.takeWords('as')
      put(options, name, valueOf(reader))
    }
  }
}

function names(reader: TokenReader): readonly WrittenName[] {
  const found = [reader.name()]
  while (reader.takeSymbol(',')) found.push(reader.name())
  return found
}

function valueOf(reader: TokenReader): string {
  const token = reader.peek()
  if (!token || token.kind === 'symbol') return reader.fail()
  reader.until(() => true)
  return token.value
}

const known = 'format freeze delimiter null header quote escape force_not_null force_null encoding'.split(' ')

function formatOf(options: ReadonlyMap<string, OptionValue>): CopyFormat {
  for (const name of options.keys()) if (!known.includes(name)) throw wrong(`option "${name}" not recognized`, '42601')
  const text = (name: string): string | undefined => {
    const value = options.get(name)
    if (value === undefined || typeof value === 'string') return value
    throw wrong(`${name} requires a parameter`, '42601')
  }
  const format = text('format')?.toLowerCase() ?? 'text'
  if (format === 'binary')
    throw sqlError('WEIR-6001', 'COPY in binary format is not supported: use text or csv', { sqlstate: '0A000' })
  if (format !== 'text' && format !== 'csv') throw wrong(`COPY format "${format}" not recognized`)
  const isCsv = format === 'csv'
  if (isOn(options.get('freeze'))) throw wrong('FREEZE is not supported: leave it out', '0A000')
  for (const name of ['quote', 'escape', 'force_not_null', 'force_null'])
    if (options.has(name) && !isCsv) throw wrong(`COPY ${name} available only in CSV mode`, '0A000')
  if (!/^(utf-?8|unicode|)$/i.test(text('encoding') ?? ''))
    throw wrong(`encoding ${text('encoding')} is not supported: send UTF-8`, '0A000')
  const [delimiter, quote] = [text('delimiter') ?? (isCsv ? ',' : '\t'), text('quote') ?? '"']
  const escape = text('escape') ?? quote
  for (const [name, value] of Object.entries({ delimiter, quote, escape }))
    if (value.length !== 1 || value === '\n' || value === '\r')
      throw wrong(`COPY ${name} must be a single one-byte character`, '0A000')
  if (isCsv && delimiter === quote) throw wrong('COPY delimiter and quote must be different', '22023')
  if (!isCsv && /[\\.a-z0-9]/.test(delimiter)) throw wrong(`COPY delimiter cannot be "${delimiter}"`, '22023')
  const header = options.get('header')
  const isMatch = typeof header === 'string' && header.toLowerCase() === 'match'
  return {
    format,
    delimiter,
    quote,
    escape,
    nullText: text('null') ?? (isCsv ? '' : '\\N'),
    header: isMatch ? 'match' : isOn(header) ? 'skipped' : 'none',
    forceNotNull: namesIn(options.get('force_not_null')),
    forceNull: namesIn(options.get('force_null')),
  }
}

function isOn(value: OptionValue | undefined): boolean {
  return value === true || (typeof value === 'string' && /^(true|on|1)$/i.test(value))
}

function namesIn(value: OptionValue | undefined): ReadonlySet<string> {
  return new Set(
    Array.isArray(value) ? (value as readonly WrittenName[]).map(({ parts }) => parts[0]!.toLowerCase()) : [],
  )
}

function wrong(message: string, sqlstate = '22023'): Error {
  return sqlError('WEIR-6002', message, { sqlstate })
}
