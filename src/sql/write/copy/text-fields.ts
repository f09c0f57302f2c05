import type { CopyFormat } from './copy-format.ts'

/** The end of a line ends a row unless a backslash stands before it. */
export function isWholeText(text: string): boolean {
  let backslashes = 0
  while (text[text.length - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 0
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** The fields of a row in text format. Null is told by the field as it is written, before escapes. */
export function textFields(text: string, { delimiter, nullText }: CopyFormat): readonly (string | null)[] {
  if (!text.includes('\\')) return text.split(delimiter).map((field) => (field === nullText ? null : field))
  const fields: (string | null)[] = []
  let start = 0
  const add = (end: number): void => {
    const field = text.slice(start, end)
    fields.push(field === nullText ? null : unescaped(field))
    start = end + 1
  }
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === delimiter) add(at)
  }
  add(text.length)
  return fields
}

function unescaped(field: string): string {
  if (!field.includes('\\')) return field
  return field.replaceAll(
    /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([^]))/g,
    (_, octal?: string, hex?: string, other?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
      return escapes[other!] ?? other!
    },
  )
}
