import { sourceColumns } from '../../../record/delivery-state.ts'
import { quoteText, type Statement, statementOf, wordsAt } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'
import type { ResultColumn } from '../query-service.ts'
import { type TextStyle, jsonText, valueText } from '../values/text.ts'
import type { Outbox } from './outbox.ts'
import type { ResultStream } from './result-stream.ts'

/** What COPY … TO STDOUT asks for. */
export interface CopyOut {
  readonly query: Statement
  readonly csv: boolean
  readonly delimiter: string
  readonly header: boolean
  readonly nullText: string
  readonly quote: string
}

/** `COPY (query) TO STDOUT` and `COPY table TO STDOUT`; anything else is refused with WEIR-6001. */
export function parseCopy(statement: Statement): CopyOut {
  const { tokens, text } = statement
  let at = 1
  let depth = 0
  for (; at < tokens.length; at++) {
    const { value, kind } = tokens[at]!
    if (kind === 'symbol' && value === '(') depth++
    if (kind === 'symbol' && value === ')') depth--
    if (depth === 0 && kind === 'word' && (value === 'to' || value === 'from')) break
  }
  if (!wordsAt(tokens, at, 'to', 'stdout') || at === 1)
    throw sqlError('WEIR-6001', 'only COPY (query) TO STDOUT and COPY table TO STDOUT are allowed here', {
      sqlstate: '0A000',
      hint: 'In psql, \\copy (query) to FILE writes the file on your side. Rows come in through streams and deliveries.',
    })
  const source = text.slice(tokens[1]!.start, tokens[at - 1]!.end)
  const query = tokens[1]!.value === '(' && tokens[1]!.kind === 'symbol' ? source.slice(1, -1) : tableQuery(source)
  return { query: statementOf(query), ...optionsOf(statement, at + 2) }
}

/** Columns that nobody writes are left out unless they are named, as PostgreSQL leaves out generated ones: COPY FROM takes what comes. */
function tableQuery(source: string): string {
  const [, table = source, columns = writableColumns] = /^([^(]*)\(([^)]*)\)$/.exec(source) ?? []
  return `SELECT ${columns} FROM ${table}`
}

const writableColumns = `COLUMNS(lambda c: c NOT IN (${sourceColumns.map(quoteText).join(', ')}))`

function optionsOf({ tokens }: Statement, start: number): Omit<CopyOut, 'query'> {
  const options = new Map<string, string>()
  const words = tokens.slice(start).filter(({ value, kind }) => kind !== 'symbol' || !'(),'.includes(value))
  for (let at = 0; at < words.length; at++) {
    const name = words[at]!.value
    if (name === 'with') continue
    if (name === 'csv' || name === 'text') options.set('format', name)
    else if (name === 'header' && !/^(true|false|on|off|1|0)$/.test(words[at + 1]?.value ?? ''))
      options.set('header', 'true')
    else if (['format', 'delimiter', 'null', 'header', 'quote', 'encoding'].includes(name)) {
      if (words[at + 1]?.value === 'as') at++
      options.set(name, words[++at]?.value ?? '')
    } else
      throw sqlError(
        'WEIR-6001',
        `COPY option "${name}" is not known here; FORMAT text or csv, DELIMITER, NULL, HEADER and QUOTE are`,
        {
          sqlstate: '0A000',
          position: words[at]!.start + 1,
        },
      )
  }
  const format = options.get('format') ?? 'text'
  if (format !== 'csv' && format !== 'text')
    throw sqlError('WEIR-6001', `COPY in format ${format} is not served: use text or csv`, { sqlstate: '0A000' })
  const csv = format === 'csv'
  return {
    csv,
    delimiter: options.get('delimiter') ?? (csv ? ',' : '\t'),
    header: /^(true|on|1)$/.test(options.get('header') ?? ''),
    nullText: options.get('null') ?? (csv ? '' : '\\N'),
    quote: options.get('quote') ?? '"',
  }
}

const copyData = 'd'.charCodeAt(0)

/** Sends all rows as CopyData, one line each; returns how many. */
export async function sendCopy(
  out: Outbox,
  stream: ResultStream,
  columns: readonly ResultColumn[],
  copy: CopyOut,
  style: TextStyle,
): Promise<number> {
  const field = (text: string | null): string => (copy.csv ? csvField(text, copy) : textField(text, copy))
  const line = (texts: readonly (string | null)[]) => {
    const { writer } = out
    writer.int8(copyData)
    const start = writer.at
    writer.int32(0)
    writer.raw(Buffer.from(`${texts.map(field).join(copy.delimiter)}\n`))
    writer.setInt32(start, writer.at - start)
  }
  if (copy.header) line(columns.map(({ name }) => name))
  const styles = columns.map(({ type }) => ({ ...style, float4: type.pg.name === 'float4' }))
  let rows = 0
  for (let chunk = await stream.chunk(); chunk; chunk = await stream.chunk()) {
    const vectors = columns.map((_, i) => chunk.getColumnVector(i))
    for (let row = 0; row < chunk.rowCount; row++, rows++) {
      line(
        vectors.map((vector, i) => {
          const value = vector.getItem(row)
          if (value === null) return null
          return columns[i]!.type.pg.name === 'json' && typeof value !== 'string'
            ? jsonText(value, styles[i]!)
            : valueText(value, styles[i]!)
        }),
      )
      if (out.full) await out.flush()
    }
  }
  return rows
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
}

function textField(text: string | null, { nullText, delimiter }: CopyOut): string {
  if (text === null) return nullText
  const escaped = text.replace(/[\\\n\r\t\b\f\v]/g, (char) => escapes[char]!)
  return delimiter === '\t' ? escaped : escaped.replaceAll(delimiter, `\\${delimiter}`)
}

function csvField(text: string | null, { nullText, delimiter, quote }: CopyOut): string {
  if (text === null) return nullText
  const plain =
    text !== nullText &&
    text !== '' &&
    !text.includes(delimiter) &&
    !text.includes(quote) &&
    !/[\r\n]/.test(text) &&
    text !== '\\.'
  return plain ? text : `${quote}${text.replaceAll(quote, quote + quote)}${quote}`
}
