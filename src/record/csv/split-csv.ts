export interface CsvField {
  readonly text: string
  readonly quoted: boolean
}

/**
 * Lines of fields by RFC 4180: quotes only around whole fields, doubled inside. A newline at the end begins no line. Gives the
 * reason as text when it is none.
 */
export function splitCsvLines(text: string, delimiter: string): readonly (readonly CsvField[])[] | string {
  const lines: CsvField[][] = []
  let line: CsvField[] = []
  for (let at = 0; ;) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at, delimiter)
    if (typeof field === 'string') return field
    line.push({ text: field.text, quoted: field.quoted })
    at = field.end
    if (text.startsWith(delimiter, at)) {
      at += delimiter.length
      continue
    }
    lines.push(line)
    line = []
    if (at >= text.length) return lines
    if (text[at] !== '\r' && text[at] !== '\n') return `text behind a closing quote, at character ${at + 1}`
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1
    if (at >= text.length) return lines
  }
}

type Found = CsvField & { readonly end: number }

function plainField(text: string, from: number, delimiter: string): Found | string {
  let end = from
  while (end < text.length && !text.startsWith(delimiter, end) && text[end] !== '\n' && text[end] !== '\r') {
    if (text[end] === '"') return `a quote inside a field without quotes, at character ${end + 1}`
    end++
  }
  return { text: text.slice(from, end), quoted: false, end }
}

function quotedField(text: string, from: number): Found | string {
  let at = from + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return `the quote at character ${from + 1} is not closed`
    if (text[quote + 1] === '"') {
      at = quote + 2
      continue
    }
    return { text: text.slice(from + 1, quote).replaceAll('""', '"'), quoted: true, end: quote + 1 }
  }
}
