import type { Rejection } from '../json/rejection.ts'
import type { RecordField, RecordSchema } from '../json/record-schema.ts'
import { splitCsvLines, type CsvField } from './split-csv.ts'

export interface CsvOptions {
  /** Each value has two lines, the first with the names of the columns. */
  readonly header: boolean
  /** Order of the fields; default: the table's. */
  readonly columns?: readonly string[]
  /** Default `,`. */
  readonly delimiter?: string
}

/**
 * One CSV record (RFC 4180) as one JSON object, for the scanner to judge by the same rules: a number column takes what JSON
 * writes as a number, `true` and `false` are booleans, everything else is text as it stands. An empty field without quotes
 * is null, `""` the empty text. Lists, structs and maps have no form in CSV.
 */
export function csvDecoder(
  schema: RecordSchema,
  options: CsvOptions = { header: false },
): (value: Buffer) => Buffer | Rejection {
  const own = schema.fields.filter(({ name }) => !name.startsWith('_'))
  const byName = new Map(own.map((field) => [field.name, field]))
  const declared = options.columns ?? own.map(({ name }) => name)
  // As the values are taken: by bytes, whatever they are in UTF-8.
  const delimiter = Buffer.from(options.delimiter ?? ',').toString('latin1')
  return (value) => {
    // A byte that is no UTF-8 would be replaced here: the scanner must see it, so it goes through as it is.
    const lines = splitCsvLines(value.toString('latin1'), delimiter)
    if (typeof lines === 'string') return { code: 'WEIR-5002', reason: `not CSV: ${lines}` }
    const names = options.header ? lines[0]?.map(({ text }) => Buffer.from(text, 'latin1').toString('utf8')) : declared
    const expected = options.header ? 2 : 1
    const line = lines[expected - 1]
    if (!names || !line || lines.length !== expected)
      return {
        code: 'WEIR-5002',
        reason: `not CSV: ${lines.length} lines in the record, where ${expected} ${expected === 1 ? 'is' : 'are'} expected`,
      }
    if (line.length !== names.length)
      return {
        code: 'WEIR-5002',
        reason: `${line.length} fields, where ${names.length} are expected: ${names.join(', ')}`,
      }
    const members = line.map((field, index) => {
      const name = names[index]!
      return `${jsonText(Buffer.from(name).toString('latin1'))}:${token(field, byName.get(name))}`
    })
    return Buffer.from(`{${members.join(',')}}`, 'latin1')
  }
}

const numberKinds = /^(int|long|float|double|decimal)/

function token({ text, quoted }: CsvField, field: RecordField | undefined): string {
  if (text === '' && !quoted) return 'null'
  const type = typeof field?.type === 'string' ? field.type : ''
  if (numberKinds.test(type) && /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return text
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text
  return jsonText(text)
}

/** Only what JSON must escape: the bytes beyond ASCII stay. */
function jsonText(latin1: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the ones that JSON must escape
  const escaped = latin1.replace(/["\\\u0000-\u001f]/g, (character) =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `"${escaped}"`
}
