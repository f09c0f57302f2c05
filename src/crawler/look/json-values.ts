export interface JsonValues {
  /** Texts of the values at the top that are whole by now: of an array its elements. */
  push(text: string): readonly string[]
  /** What is left at the end; a reason as text when that is no value. */
  end(): string | undefined
  readonly layout: 'newline_delimited' | 'array' | 'unstructured'
}

/**
 * Cuts a JSON file into its values, whether they stand in lines, in one array or one after the other. It looks at brackets and quotes
 * only: what is between them is for who parses a value.
 */
export function jsonValues(): JsonValues {
  let rest = ''
  let isArray: boolean | undefined
  let inLines = true
  const take = (): string[] => {
    const found: string[] = []
    let at = 0
    for (;;) {
      at = skip(rest, at, isArray === true)
      if (isArray === undefined && at < rest.length) {
        isArray = rest[at] === '['
        if (isArray) {
          at++
          continue
        }
      }
      const end = rest[at] === '{' ? objectEnd(rest, at) : -1
      if (end < 0) break
      const value = rest.slice(at, end)
      inLines &&= !value.includes('\n') && /^[ \t\r]*(\n|$)/.test(rest.slice(end, end + 200))
      found.push(value)
      at = end
    }
    rest = rest.slice(at)
    return found
  }
  return {
    push(text) {
      rest += text
      return take()
    },
    end() {
      const left = rest.trim()
      if (left === '' || (isArray === true && left === ']')) return undefined
      return isArray === true && left === ''
        ? 'the array is not closed'
        : `at the top level stands ${JSON.stringify(left.slice(0, 40))}, which is no whole object`
    },
    get layout() {
      return isArray === true ? 'array' : inLines ? 'newline_delimited' : 'unstructured'
    },
  }
}

/** Behind white space, in an array behind commas too. */
function skip(text: string, from: number, isArray: boolean): number {
  let at = from
  while (at < text.length && (/\s/.test(text[at]!) || (isArray && text[at] === ','))) at++
  return at
}

/** Behind the closing brace; -1 when it has not come yet. */
function objectEnd(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === 34) {
      at = stringEnd(text, at)
      if (at < 0) return -1
    } else if (character === 123) depth++
    else if (character === 125 && --depth === 0) return at + 1
  }
  return -1
}

/** At the closing quote. */
function stringEnd(text: string, from: number): number {
  for (let at = from + 1; ;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return -1
    let backslashes = 0
    while (text[quote - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return quote
    at = quote + 1
  }
}
