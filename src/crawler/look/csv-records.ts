/** A field: null when it is empty and not in quotes. */
export type CsvField = { readonly text: string; readonly quoted: boolean }

export interface CsvRecords {
  /** Records that are whole by now, in order. */
  push(text: string): readonly (readonly CsvField[])[]
  /** What is left at the end of the file; a reason as text when it is no record. */
  end(): readonly CsvField[] | undefined | string
}

/** Records by RFC 4180 from text that comes in pieces; lines end with LF or CRLF, and inside quotes belong to the field. */
export function csvRecords(delimiter: string, quote: string): CsvRecords {
  let rest = ''
  const take = (isEnd: boolean): (readonly CsvField[])[] => {
    const found: (readonly CsvField[])[] = []
    for (let at = 0; ;) {
      const record = recordAt(rest, at, { delimiter, quote, isEnd })
      if (!record) {
        rest = rest.slice(at)
        return found
      }
      found.push(record.fields)
      at = record.end
    }
  }
  return {
    push(text) {
      rest += text
      return take(false)
    },
    end() {
      const [last] = take(true)
      if (last) return last
      return rest === '' ? undefined : `a quote is not closed: ${JSON.stringify(rest.slice(0, 60))}`
    },
  }
}

interface Syntax {
  readonly delimiter: string
  readonly quote: string
  readonly isEnd: boolean
}

/** undefined when it is not known yet where the record ends. */
function recordAt(text: string, from: number, syntax: Syntax): { fields: CsvField[]; end: number } | undefined {
  if (from >= text.length) return undefined
  const fields: CsvField[] = []
  for (let at = from; ;) {
    const isQuoted = syntax.quote !== '' && text[at] === syntax.quote
    const field = isQuoted ? quotedField(text, at, syntax) : plainField(text, at, syntax)
    if (!field) return undefined
    fields.push({ text: field.text, quoted: isQuoted })
    at = field.end
    if (text.startsWith(syntax.delimiter, at)) at += syntax.delimiter.length
    else if (at >= text.length) return syntax.isEnd ? { fields, end: at } : undefined
    else return { fields, end: at + (text[at] === '\r' ? 2 : 1) }
  }
}

interface Found {
  readonly text: string
  readonly end: number
}

function plainField(text: string, from: number, { delimiter, isEnd }: Syntax): Found | undefined {
  let end = from
  while (end < text.length && text[end] !== '\n' && !text.startsWith(delimiter, end) && !isLineEnd(text, end)) end++
  if (end >= text.length && !isEnd) return undefined
  return { text: text.slice(from, end), end }
}

function isLineEnd(text: string, at: number): boolean {
  return text[at] === '\r' && text[at + 1] === '\n'
}

/** What stands behind the closing quote belongs to the field: whoever reads the file exactly refuses it. */
function quotedField(text: string, from: number, syntax: Syntax): Found | undefined {
  const { quote } = syntax
  for (let at = from + 1; ;) {
    const close = text.indexOf(quote, at)
    if (close < 0 || (close + 1 >= text.length && !syntax.isEnd)) return undefined
    if (text[close + 1] === quote) {
      at = close + 2
      continue
    }
    const tail = plainField(text, close + 1, syntax)
    if (!tail) return undefined
    return { text: text.slice(from + 1, close).replaceAll(quote + quote, quote) + tail.text, end: tail.end }
  }
}
