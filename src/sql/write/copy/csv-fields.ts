import type { CopyFormat } from './copy-format.ts'

/** The end of a line ends a row unless it stands between quotes. */
export function isWholeCsv(text: string, { quote, escape }: CopyFormat): boolean {
  if (!text.includes(quote)) return true
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    const next = text[at + 1]
    if (isQuoted && char === escape && (next === quote || next === escape)) at++
    else if (char === quote) isQuoted = !isQuoted
  }
  return !isQuoted
}

/** The fields of a row in CSV; undefined when a quote is not closed. What is quoted is no null, unless FORCE_NULL says so. */
export function csvFields(
  text: string,
  format: CopyFormat,
  columns: readonly string[],
): readonly (string | null)[] | undefined {
  const { delimiter, quote, escape } = format
  const fields: (string | null)[] = []
  const add = (value: string, isQuoted: boolean): void =>
    void fields.push(nullable(value, isQuoted, columns[fields.length], format))
  if (!text.includes(quote)) {
    for (const value of text.split(delimiter)) add(value, false)
    return fields
  }
  let value = ''
  let [isQuoted, wasQuoted] = [false, false]
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    const next = text[at + 1]
    if (isQuoted && char === escape && (next === quote || next === escape)) value += text[++at]
    else if (char === quote) {
      isQuoted = !isQuoted
      wasQuoted = true
    } else if (!isQuoted && char === delimiter) {
      add(value, wasQuoted)
      value = ''
      wasQuoted = false
    } else value += char
  }
  if (isQuoted) return undefined
  add(value, wasQuoted)
  return fields
}

function nullable(
  value: string,
  isQuoted: boolean,
  column: string | undefined,
  { nullText, forceNotNull, forceNull }: CopyFormat,
): string | null {
  if (value !== nullText) return value
  const name = column?.toLowerCase() ?? ''
  return isQuoted ? (forceNull.has(name) ? null : value) : forceNotNull.has(name) ? value : null
}
