import type { CrawlPlan } from '../crawl-plan.ts'
import { csvRecords, type CsvField } from './csv-records.ts'
import { textFits } from './text-fits.ts'

export interface CsvDialect {
  readonly delimiter: string
  readonly quote: string
  readonly header: boolean
  readonly nullValues: readonly string[]
  /** One sentence for each decision. */
  readonly why: readonly string[]
}

const delimiters = [',', '\t', ';', '|']
const recordsLooked = 200

/** How a file separates its fields, by the beginning of its text; a reason as text when no way of ours fits. */
export function csvDialect(text: string, isWhole: boolean, options: CrawlPlan['csv']): CsvDialect | string {
  const { quote, nullValues } = options
  const tried = options.delimiter === null ? delimiters : [options.delimiter]
  const found = tried
    .map((delimiter) => ({ delimiter, records: recordsOf(text, isWhole, delimiter, quote) }))
    .filter(({ records }) => records.length > 0)
    .map((one) => ({ ...one, fields: one.records[0]!.length, isEven: isEven(one.records) }))
  const [best] = found.filter(({ isEven: even }) => even).toSorted((a, b) => b.fields - a.fields)
  // One field for each line fits whatever is written: only where the first record has no other reading.
  if (!best || (best.fields === 1 && found.some(({ fields }) => fields > 1)))
    return raggedText(found, options.delimiter)
  const header = options.header ?? looksLikeHeader(best.records)
  return {
    delimiter: best.delimiter,
    quote,
    header,
    nullValues,
    why: [
      options.delimiter === null
        ? `fields are separated by ${nameOf(best.delimiter)}: ${best.records.length} records of ${best.fields} fields each`
        : `fields are separated by ${nameOf(best.delimiter)}, as declared`,
      options.header === null ? headerText(best.records, header) : `header: ${header ? 'yes' : 'no'}, as declared`,
    ],
  }
}

function recordsOf(text: string, isWhole: boolean, delimiter: string, quote: string): (readonly CsvField[])[] {
  const reader = csvRecords(delimiter, quote)
  const records = [...reader.push(text)]
  const last = isWhole ? reader.end() : undefined
  if (typeof last === 'object') records.push(last)
  return records.slice(0, recordsLooked)
}

const isEven = (records: readonly (readonly CsvField[])[]): boolean =>
  records.every(({ length }) => length === records[0]!.length)

function raggedText(
  found: readonly { readonly delimiter: string; readonly records: readonly (readonly CsvField[])[] }[],
  declared: string | null,
): string {
  const [first] = found.toSorted((a, b) => b.records[0]!.length - a.records[0]!.length)
  if (!first) return 'it holds no record'
  const expected = first.records[0]!.length
  const row = first.records.findIndex(({ length }) => length !== expected)
  const advice = declared === null ? 'Correct it, or declare csv.delimiter' : 'Correct it, or csv.delimiter'
  return `record ${row + 1} has ${first.records[row]!.length} fields, the first has ${expected} (separated by ${nameOf(first.delimiter)}). ${advice}`
}

/** A name is no number, no date and no truth; each is there once. */
function looksLikeHeader([first = []]: readonly (readonly CsvField[])[]): boolean {
  const names = first.map(({ text }) => text)
  const isName = (name: string): boolean =>
    name !== '' &&
    !['boolean', 'double', 'decimal(38,18)', 'date', 'timestamp', 'timestamptz'].some((type) => textFits(name, type))
  return names.every(isName) && new Set(names).size === names.length
}

function headerText(records: readonly (readonly CsvField[])[], header: boolean): string {
  if (!header) return 'header: no, for the first record has an empty field, a number, a date, or a field twice'
  const rest = records.slice(1)
  const onlyText = rest.every((record) =>
    record.every(({ text }) => text === '' || looksLikeHeader([[{ text, quoted: false }]])),
  )
  return onlyText && rest.length > 0
    ? 'header: yes, though all columns are text: if the first record is data, declare csv.header: false'
    : 'header: yes, no field of the first record is a number, a date or a boolean'
}

const nameOf = (delimiter: string): string =>
  delimiter === '\t'
    ? 'tabs'
    : delimiter === ','
      ? 'commas'
      : delimiter === ';'
        ? 'semicolons'
        : JSON.stringify(delimiter)
